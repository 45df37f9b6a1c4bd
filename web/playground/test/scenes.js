import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { serve } from './plugin.js';
import { browse, slower, start } from './program.js';

// What the pictures of docs/pictures show, one thing after the other. Each scene ends when
// what it is about can be seen.

const free = { slack: '2027-06-05', discord: '2027-07-05' }; // when the stay can be booked, as both book the same

const scenes = [
  { name: 'previews', say: '@aidesk tell me about the stay canal-loft', sees: 'price per night: 140' },
  { name: 'table', say: '@aidesk show the standings', sees: 'Source: Scores', changes: true }, // with every week
  { name: 'card', say: (_, platform) => `@aidesk book Canal Loft for 2 nights from ${free[platform]}`, sees: 'Book this stay with Stays?' },
  { name: 'edit', press: 'Edit', sees: 'How many nights' },
  { name: 'outcome', press: 'Approve', sees: /Booked|confirmed it/ },
  { name: 'import', say: (plugin) => `/plugins-admin add ${plugin}`, sees: 'POST /launches' },
  { name: 'home', press: 'Home of aidesk', sees: /Stays/, only: 'slack' },
];

export const platforms = { slack: 'Slack', discord: 'Discord' };

// play plays the scenes at both platforms. shoot is called when one can be seen. It returns a
// hash of the JSON that was shown, of the page and of these scenes.
export async function play(program, shoot, themes) {
  const plugin = await serve('Launcher', 'sends things up');
  const running = await start(program, 'demo', '--web', '--allow-host', plugin.host);
  const browser = await browse();
  const hash = createHash('sha256');
  try {
    for (const [platform, name] of Object.entries(platforms)) {
      const { page } = await browser.open(running.url, { viewport: { width: 720, height: 760 } });
      await page.getByRole('radio', { name }).check();
      const desk = page.getByRole('region', { name, exact: true });
      for (const scene of scenes) {
        if (scene.only && scene.only !== platform) continue;
        if (await desk.getByRole('dialog').count()) await page.keyboard.press('Escape');
        if (scene.press) {
          await desk.getByRole('button', { name: scene.press, exact: true }).last().click();
        } else {
          await page.getByRole('combobox', { name: 'Message' }).fill(typeof scene.say === 'string' ? scene.say : scene.say(plugin.url, platform));
          await page.getByRole('button', { name: 'Send' }).click();
        }
        if (scene.name === 'import') await desk.getByRole('link', { name: /channels\/@me|Go there/ }).last().click(); // it answers in the direct message
        await desk.getByText(scene.sees).last().waitFor({ timeout: 30_000 * slower });
        await page.waitForFunction(() => [...document.images].every((picture) => picture.complete));
        if (!scene.changes) hash.update(steady(await (await fetch(`${running.url}${platform}/_control/page?channel=${await desk.locator('header select').inputValue()}`)).text()));
        for (const theme of themes) {
          await page.getByLabel('Theme').selectOption(theme);
          await shoot(page, `${scene.name}-${platform}-${theme}`);
        }
      }
    }
  } finally {
    await browser.close();
    await running.stop();
    await plugin.close();
  }
  const built = new URL('../../../cmd/aidesk/playground/page/', import.meta.url);
  for (const file of readdirSync(built).sort()) hash.update(readFileSync(new URL(file, built)));
  for (const file of ['scenes.js', 'pictures.js']) hash.update(readFileSync(new URL(file, import.meta.url)));
  return hash.digest('hex');
}

// steady leaves out of JSON what differs from one run to the next: ids, ports and times.
function steady(text) {
  const page = JSON.parse(text);
  return JSON.stringify([page.messages.filter((m) => !/standings/.test(JSON.stringify(m.body))), page.forms, page.home])
    .replace(/[A-Z2-7]{26}/g, 'ID')
    .replace(/"nonce":"[^"]*"/g, '"nonce":"ID"')
    .replace(/\b(b|h|V|F|R)[0-9A-F]{8}\b/g, 'ID')
    .replace(/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/g, 'month')
    .replace(/\b(CET|CEST)\b/g, 'zone')
    .replace(/[0-9]+/g, '0');
}
