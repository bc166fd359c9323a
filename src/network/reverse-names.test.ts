/**
 * INB-2: how many home connections are found, and how many mail servers hit. Two samples, composed
 * from known naming schemes, each in halves: one may be looked at when patterns change, the other
 * only counts. The last run knows no provider at all: what the form of a name alone tells.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classifyName } from '../core/reverse-name/classify.ts';
import { loadNameKnowledge } from './reverse-names.ts';

const folder = new URL('../../test/fixtures/reverse-names/', import.meta.url);
const known = loadNameKnowledge();
const nobody = { ...known, suffixes: new Map<never, never>(), labels: [] };

type Row = readonly string[];

function rowsOf(file: string): readonly Row[] {
  return readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '));
}

/** Halves of the first sample are every second name, of the second what its first column says. */
const evenOrOdd = (file: string, half: 0 | 1): readonly Row[] =>
  rowsOf(file).filter((_, at) => at % 2 === half);
const named = (file: string, half: 'a' | 'b'): readonly Row[] =>
  rowsOf(file).flatMap(([its, , ...row]) => (its === half ? [row] : []));

/** Share that is taken for home connections. */
function share(names: readonly Row[], knowledge = known): number {
  const found = names.filter(
    ([name = '', address]) => classifyName(name, address, knowledge).kind === 'dynamic',
  );
  return found.length / names.length;
}

describe.each([
  ['half 0', evenOrOdd('homes.txt', 0), evenOrOdd('mail-servers.txt', 0), 0.02],
  ['half 1', evenOrOdd('homes.txt', 1), evenOrOdd('mail-servers.txt', 1), 0.02],
  [
    'half a of the world',
    named('world-homes.txt', 'a'),
    named('world-mail-servers.txt', 'a'),
    0.02,
  ],
  [
    'half b of the world',
    named('world-homes.txt', 'b'),
    named('world-mail-servers.txt', 'b'),
    0.025,
  ],
])('INB-2: %s', (_, homes, mailServers, hitOfNobody) => {
  it('at least 65 % of home connections are found', () => {
    expect(homes.length).toBeGreaterThan(100);
    expect(share(homes)).toBeGreaterThanOrEqual(0.65);
  });

  it('at most 2 % of mail servers are hit', () => {
    expect(mailServers.length).toBeGreaterThan(100);
    expect(share(mailServers)).toBeLessThanOrEqual(0.02);
  });

  it('65 % are found where no provider is known by name, and few mail servers hit', () => {
    expect(share(homes, nobody)).toBeGreaterThanOrEqual(0.65);
    // Without names of providers, fixed lines of companies look as homes do; a third of the world's are such.
    expect(share(mailServers, nobody)).toBeLessThanOrEqual(hitOfNobody);
  });
});
