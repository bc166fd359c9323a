/**
 * Writes docs/reference/config.md, docs/reference/config.schema.json and
 * packaging/primum.example.yaml from the schema; with `--check` only says whether they are current.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exampleFile } from '../src/config/example.ts';
import { configJsonSchema, configReference } from '../src/config/reference.ts';

const root = join(import.meta.dirname, '..');

const FILES: Readonly<Record<string, string>> = {
  'docs/reference/config.md': configReference(),
  'docs/reference/config.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'packaging/primum.example.yaml': exampleFile(),
};

function current(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

const outdated = Object.keys(FILES).filter((file) => current(file) !== FILES[file]);

if (process.argv.includes('--check')) {
  for (const file of outdated) {
    console.error(`${file} differs from the schema. Run: node tools/config-reference.ts`);
  }
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  for (const file of outdated) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), FILES[file] ?? '');
    console.log(`wrote ${file}`);
  }
}
