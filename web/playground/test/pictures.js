import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from './program.js';
import { play } from './scenes.js';

// Makes the pictures of docs/pictures, and a hash of what they show.

const folder = new URL('../../../docs/pictures/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith('.png')) rmSync(new URL(name, folder));
const built = build();
try {
  const hash = await play(built.program, (page, name) => page.screenshot({ path: new URL(`${name}.png`, folder).pathname, animations: 'disabled' }), ['light', 'dark']);
  writeFileSync(new URL('hash.txt', folder), `${hash}\n`);
  console.log(`docs/pictures: ${readdirSync(folder).length - 1} pictures`);
} finally {
  built.clean();
}
