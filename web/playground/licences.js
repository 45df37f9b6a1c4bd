import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// licences writes the licences of all packages that are in the built page beside it.
export function licences() {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const folders = new Set();
      for (const chunk of Object.values(bundle)) {
        for (const id of Object.keys(chunk.modules ?? {})) {
          const folder = packageOf(id.split('?')[0].replace(/^\0/, ''));
          if (folder) folders.add(folder);
        }
      }
      const texts = [...folders].map(licence).sort((a, b) => (a < b ? -1 : 1));
      this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source: texts.join('\n') });
    },
  };
}

// packageOf is the folder of the package that a file belongs to.
function packageOf(file) {
  const at = file.lastIndexOf('/node_modules/');
  if (at < 0) return '';
  const parts = file.slice(at + '/node_modules/'.length).split('/');
  return file.slice(0, at) + '/node_modules/' + parts.slice(0, parts[0].startsWith('@') ? 2 : 1).join('/');
}

function licence(folder) {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${about.license}`;
  return `${about.name} ${about.version} (${about.license})\n\n${text}\n\n${'-'.repeat(72)}\n`;
}
