/**
 * INB-2: how many home connections are found, and how many mail servers hit. The names are composed
 * from known naming schemes, in two halves: the first may be looked at when patterns change, the
 * second only counts. The third run knows no provider at all: what the form of a name alone tells.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classifyName } from '../core/reverse-name/classify.ts';
import { loadNameKnowledge } from './reverse-names.ts';

const folder = new URL('../../test/fixtures/reverse-names/', import.meta.url);
const known = loadNameKnowledge();
const nobody = { ...known, suffixes: new Map<never, never>(), labels: [] };

function namesOf(file: string): readonly (readonly string[])[] {
  return readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '));
}

/** Share that is taken for home connections. */
function share(file: string, half: 0 | 1, knowledge = known): number {
  const names = namesOf(file).filter((_, at) => at % 2 === half);
  const found = names.filter(
    ([name = '', address]) => classifyName(name, address, knowledge).kind === 'dynamic',
  );
  return found.length / names.length;
}

describe.each([0, 1] as const)('INB-2: half %i of the names', (half) => {
  it('at least 65 % of home connections are found', () => {
    expect(share('homes.txt', half)).toBeGreaterThanOrEqual(0.65);
  });

  it('at most 2 % of mail servers are hit', () => {
    expect(share('mail-servers.txt', half)).toBeLessThanOrEqual(0.02);
  });

  it('the same holds where no provider is known by name', () => {
    expect(share('homes.txt', half, nobody)).toBeGreaterThanOrEqual(0.65);
    expect(share('mail-servers.txt', half, nobody)).toBeLessThanOrEqual(0.02);
  });
});
