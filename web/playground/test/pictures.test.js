import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { build } from './program.js';
import { play } from './scenes.js';

test('the pictures of docs/pictures show what is shown today', async () => {
  const built = build();
  try {
    const want = readFileSync(new URL('../../../docs/pictures/hash.txt', import.meta.url), 'utf8').trim();
    assert.equal(await play(built.program, () => {}, []), want, 'make pictures makes them anew');
  } finally {
    built.clean();
  }
});
