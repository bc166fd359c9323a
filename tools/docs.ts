/** `npm run docs` writes the reference pages; with `--check` it only says which are not current. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referencePages } from './docs-pages.ts';

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
const outdated: string[] = [];

for (const [file, text] of Object.entries(await referencePages())) {
  if (current(file) === text) continue;
  outdated.push(file);
  if (!isCheck) writeFileSync(join(root, file), text);
}

for (const file of outdated) {
  if (isCheck) console.error(`${file} differs from the code. Run: npm run docs`);
  else console.log(`wrote ${file}`);
}

// The configuration has a page of its own kind, made from its schema.
const { status } = spawnSync(
  process.execPath,
  [join(import.meta.dirname, 'config-reference.ts'), ...(isCheck ? ['--check'] : [])],
  { stdio: 'inherit' },
);
process.exitCode = (isCheck && outdated.length > 0) || status !== 0 ? 1 : 0;

function current(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}
