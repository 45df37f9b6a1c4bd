import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

// Builds the page anew, and fails unless it is what is part of the program.

const root = fileURLToPath(new URL('..', import.meta.url));
const kept = fileURLToPath(new URL('../../../cmd/aidesk/playground/page/', import.meta.url));
const made = mkdtempSync(join(tmpdir(), 'playground-'));
try {
  await build({ root, configFile: join(root, 'vite.config.js'), logLevel: 'warn', build: { outDir: made } });
  const files = new Set([...readdirSync(kept), ...readdirSync(made)]);
  const read = (folder, name) => { try { return readFileSync(join(folder, name), 'utf8'); } catch { return null; } };
  const stale = [...files].filter((name) => read(kept, name) !== read(made, name));
  if (stale.length > 0) {
    console.error(`cmd/aidesk/playground/page is not what web/playground makes: ${stale.join(', ')}. make web builds it anew.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(made, { recursive: true, force: true });
}
