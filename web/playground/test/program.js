import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// The program and the browser of the tests.

// slower is how many times slower than usual this machine is.
export const slower = Number(process.env.SLOWER) || 1;

const root = fileURLToPath(new URL('../../..', import.meta.url));

// build builds the program, unless AIDESK names one. It returns where it is.
export function build() {
  if (process.env.AIDESK) return { program: process.env.AIDESK, clean: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'aidesk-'));
  const program = join(folder, 'aidesk');
  execFileSync('go', ['build', '-trimpath', '-o', program, './cmd/aidesk'], { cwd: root, stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0' } });
  return { program, clean: () => rmSync(folder, { recursive: true, force: true }) };
}

// start starts the program, and returns the address of its page.
export async function start(program, ...args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\/[A-Z0-9]{20,}\//.exec(said);
      if (found) resolve(found[0]);
    });
    child.on('exit', (code) => reject(new Error(`the program ended with ${code}: ${said}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

// browse opens a browser. Its pages keep what goes wrong in them, and whom they ask.
export async function browse() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--force-color-profile=srgb', '--font-render-hinting=none'] });
  return {
    close: () => browser.close(),
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Europe/Brussels', ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000 * slower);
      const faults = [];
      page.on('pageerror', (e) => faults.push(`error: ${e.stack}`));
      // What a messenger refuses is answered with 409, and is no fault of the page.
      page.on('console', (m) => { if ((m.type() === 'error' || m.type() === 'warning') && !m.text().includes('status of 409')) faults.push(`console: ${m.text()}`); });
      page.on('request', (r) => { if (!r.url().startsWith(url)) faults.push(`asked ${r.url()}`); });
      page.on('dialog', (d) => { faults.push(`dialog: ${d.message()}`); d.dismiss(); });
      await page.goto(url);
      await page.getByRole('combobox', { name: 'Message' }).waitFor();
      return { page, faults };
    },
  };
}
