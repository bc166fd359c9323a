/** What is published about the configuration is what the schema says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { safeParse } from 'zod';
import { KEYS } from '../../src/config/catalogue.ts';
import { exampleFile } from '../../src/config/example.ts';
import { loadConfig } from '../../src/config/load.ts';
import { configJsonSchema, configReference } from '../../src/config/reference.ts';
import { configSchema } from '../../src/config/schema.ts';
import { schemaAt } from '../../src/config/walk.ts';

const root = join(import.meta.dirname, '..', '..');
const published = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the published configuration', () => {
  test('reference, example and JSON schema are current (else: node tools/config-reference.ts)', () => {
    expect(published('docs/reference/config.md')).toBe(configReference());
    expect(published('packaging/primum.example.yaml')).toBe(exampleFile());
    expect(JSON.parse(published('docs/reference/config.schema.json'))).toEqual(configJsonSchema());
  });

  test('the example file holds exactly the defaults', () => {
    const env = { PRIMUM_STATE: '/tmp/primum' };
    const example = loadConfig(join(root, 'packaging/primum.example.yaml'), env);
    const state = join(root, 'packaging/var');
    expect(example).toEqual({ ...loadConfig(undefined, env), state });
  });

  test('every example of a key is accepted by that key', () => {
    const shown = KEYS.filter((info) => info.sample !== undefined);
    expect(shown.length).toBeGreaterThan(50);
    for (const { key, sample } of shown) {
      const schema = schemaAt(configSchema, key.replaceAll('[]', '.[]').split('.'));
      expect({ key, ...safeParse(schema!, sample) }).toMatchObject({ key, success: true });
    }
  });

  test('every key has its own entry and prose or a section that explains it', () => {
    const headings = [...configReference().matchAll(/^##+ `(.+)`$/gm)].map((match) => match[1]);
    expect(headings).toEqual(KEYS.map((info) => info.key));
    expect(KEYS.filter((info) => info.description.length < 10).map((info) => info.key)).toEqual([]);
  });

  test('prose is made of sentences that end', () => {
    const unended = KEYS.filter((info) => !/[.?]$/.test(info.description));
    expect(unended.map((info) => info.key)).toEqual([]);
  });
});
