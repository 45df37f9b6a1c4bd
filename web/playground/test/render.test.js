import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browse, build, start } from './program.js';
import { read } from './reading.js';

// Every message that the tests of the adapters and of the behaviours have sent (AIDESK_WIRE
// is the folder where they keep them) is drawn by the page, without an unknown part, and says
// what the readers of those tests read.

const folder = process.env.AIDESK_WIRE;
const size = 150; // messages of a page

let built, program, browser;
before(async () => {
  built = build();
  program = await start(built.program, 'demo', '--web');
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await program?.stop();
  built?.clean();
});

function lines(platform) {
  const all = new Map();
  for (const name of readdirSync(folder)) {
    for (const text of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (!text) continue;
      const line = JSON.parse(text);
      if (line.platform === platform) all.set(JSON.stringify(line.body), line);
    }
  }
  return [...all.values()];
}

for (const platform of ['slack', 'discord']) {
  test(`all messages of ${platform}`, { skip: folder ? false : 'AIDESK_WIRE is not set', timeout: 150_000 }, async () => {
    const all = lines(platform);
    assert.ok(all.length > 500, `there are only ${all.length} messages`);
    const { page, faults } = await browser.open(program.url);
    await page.getByRole('radio', { name: platform === 'slack' ? 'Slack' : 'Discord' }).check();
    const usual = await (await fetch(`${program.url}${platform}/_control/page`)).json();
    const wrong = [];
    let version = usual.version;
    let batch; // what the page is given next, once
    let given = () => {};
    await page.route(`**/${platform}/_control/page?**`, async (route) => {
      while (!batch) await new Promise((resolve) => { given = resolve; });
      const messages = batch.lines.map((l, i) => ({
        id: `${batch.id}-${i}`, author: 'aidesk', from_app: true, own: false, time: '2026-11-30T12:00:00Z', ephemeral: false, edited: false, status: '', thread: '', replies: [], body: l.body,
      }));
      batch = null;
      await route.fulfill({ json: { ...usual, version: ++version, messages } }).catch(() => {}); // it may have asked no more
    });
    await page.route('**/picture?**', (route) => route.fulfill({ path: new URL('../public/app.svg', import.meta.url).pathname }));
    for (let from = 0; from < all.length; from += size) {
      const some = all.slice(from, from + size);
      batch = { id: from, lines: some };
      given();
      if (from === 0) await page.reload(); // the first question was not of this test
      await page.locator(`[id="m${from}-${some.length - 1}"]`).waitFor();
      await page.waitForFunction((n) => document.querySelectorAll('.slack .message, discord-message').length === n, some.length);
      await page.evaluate(() => Promise.all([...document.querySelectorAll('discord-embed, discord-message')].map((e) => e.updateComplete)));
      const readings = await page.evaluate(read, platform);
      some.forEach((l, i) => { if (readings[i] !== l.reading) wrong.push({ name: l.name, want: l.reading, got: readings[i], body: l.body }); });
      assert.equal(await page.locator('.unknown').count(), 0, `an unknown part in messages from ${from}`);
    }
    assert.deepEqual(faults.filter((f) => !f.startsWith('asked')), []);
    const shown = wrong.slice(0, 12).map((w) => {
      let at = 0;
      while (w.want[at] === w.got[at] && at < w.want.length) at++;
      return `${w.name}\n  want …${JSON.stringify(w.want.slice(Math.max(0, at - 20), at + 60))}\n  got  …${JSON.stringify(w.got.slice(Math.max(0, at - 20), at + 60))}\n  ${JSON.stringify(w.body).slice(0, 300)}`;
    });
    assert.equal(wrong.length, 0, `${wrong.length} of ${all.length} messages are read otherwise:\n${shown.join('\n')}`);
    console.log(`${platform}: ${all.length} messages drawn, all read as they were sent`);
  });
}
