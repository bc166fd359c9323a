/** What the guide tells an operator to write is understood. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/scanners.md'), 'utf8');
const blocks = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
const metrics = readFileSync(join(import.meta.dirname, '../../docs/reference/metrics.md'), 'utf8');

test('the guide for scanners shows each of them', () => {
  expect(blocks).toHaveLength(3);
});

test.each(blocks)('the configuration in the guide is valid: %.60j', (block) => {
  expect(configSchema.safeParse(parse(block)).error?.issues ?? []).toEqual([]);
});

test.each([...guide.matchAll(/`(primum_\w+)`/g)].map((match) => match[1] ?? ''))(
  'the metric %s exists',
  (name) => {
    expect(metrics).toContain(`\`${name}\``);
  },
);
