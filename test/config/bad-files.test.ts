/** Every mistake has its message: fixtures/config/bad/<case>.yaml and .txt, word for word. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFile } from '../../src/config/load.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'config', 'bad');
const files = readdirSync(folder);
const cases = files.filter((file) => file.endsWith('.yaml'));

describe('a file with a mistake', () => {
  test('has fixtures for at least 25 mistakes, each with its message', () => {
    expect(cases.length).toBeGreaterThanOrEqual(25);
    expect(files.filter((file) => file.endsWith('.txt'))).toEqual(
      cases.map((file) => file.replace(/yaml$/, 'txt')),
    );
  });

  test.each(cases)('%s says what is wrong, where, and what to do', (file) => {
    const said = checkFile(join(folder, file), {})
      .map((line) => line.replace(`${folder}/`, ''))
      .join('\n');
    expect(`${said}\n`).toBe(readFileSync(join(folder, file.replace(/yaml$/, 'txt')), 'utf8'));
  });
});
