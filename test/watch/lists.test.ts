/** OWN-1: DNS lists: the catalogue that an operator names, IPv6, and answers that are no listings. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { checkFiles } from '../../src/daemon/check-files.ts';
import { backwards } from '../../src/watch/backwards.ts';
import { listings } from '../../src/watch/checks/listings.ts';
import { loadListCatalogue, readListAnswer, type DnsList } from '../../src/watch/list-catalogue.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { a, startLyingDns, type Reply } from './lying-dns.ts';
import { hostAt, planOf } from './plan.ts';

let folder: string;
let close: (() => Promise<void>) | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-lists-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await close?.();
  close = undefined;
});

const LIST: DnsList = {
  zone: 'bl.house.test',
  name: 'House',
  of: 'addresses',
  use: 'wide',
  usedBy: 'our neighbours',
  ipv6: true,
  terms: 'Ask at the door.',
  codes: { '127.0.0.2': 'sent spam' },
  delist: ['Ask nicely.'],
  source: 'https://house.test/',
};

function catalogueOf(content: unknown): string {
  const path = join(folder, 'lists.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const listed = (...lists: unknown[]) => ({ about: [], date: '2026-11-29', lists });

describe('OWN-1: a catalogue of the operator', () => {
  const checked = async (content: unknown) => {
    const path = catalogueOf(content);
    const file = join(folder, 'primum.yaml');
    writeFileSync(file, `watch: { listings: { catalogue: '${path}' } }\n`);
    const { mistakes } = await checkFiles(
      loadConfig(file, { PRIMUM_STATE: join(folder, 'state') }),
    );
    return mistakes.map((text) => text.replace(path, 'FILE'));
  };

  it.each<[string, unknown, string]>([
    ['null', 'null', 'it is wrong ('],
    ['an empty object', '{}', 'about is wrong ('],
    ['no JSON', 'not json', 'it is no JSON'],
    [
      'a zone that is none',
      listed({ ...LIST, zone: 'a b' }),
      'lists.0.zone is wrong (is no zone such as bl.example.org)',
    ],
    ['a key that nobody knows', listed({ ...LIST, zonee: 'x' }), 'lists.0 is wrong ('],
    ['five megabytes', ' '.repeat(5 * 1024 * 1024), 'it is larger than 4 MiB'],
  ])('that is %s is refused by primum check', async (_, content, why) => {
    const mistakes = await checked(content);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(`The catalogue of DNS lists FILE cannot be read: ${why}`);
    expect(mistakes[0]).toContain('Compare it with the shipped data/dnsbl/lists.json.');
  });

  it('that is right is taken', async () => {
    expect(await checked(listed(LIST))).toEqual([]);
  });
});

describe('OWN-1: the shipped catalogue', () => {
  const lists = loadListCatalogue(undefined);

  it('says of every list who uses it, where it was looked up, whether it was compared, and how to get off', () => {
    for (const { zone, source, verified, delist, usedBy } of lists) {
      expect(source, zone).toMatch(/^https?:\/\//);
      expect(verified, zone).toBeDefined();
      expect(delist.length, zone).toBeGreaterThan(0);
      expect(usedBy, zone).toMatch(/^(?!It |it ).{10,}[^.]$/);
    }
  });

  it('knows what an answer means of each list of codes or bits', () => {
    expect(
      lists.filter(({ codes, bits }) => (codes === undefined) === (bits === undefined)),
    ).toEqual([]);
    expect(new Set(lists.map(({ zone }) => zone)).size).toBe(lists.length);
  });
});

describe('OWN-1: an answer that the list itself calls no listing', () => {
  it('is unknown, not a listing', () => {
    const strict = { ...LIST, codesAreAll: true };
    expect(readListAnswer(strict, ['127.0.0.9'])).toEqual({
      kind: 'refused',
      why: 'it answers 127.0.0.9, which it calls no listing',
    });
    expect(readListAnswer(strict, ['127.0.0.2'])).toMatchObject({ kind: 'listed' });
    expect(readListAnswer(LIST, ['127.0.0.9'])).toEqual({
      kind: 'listed',
      meanings: ['listed (127.0.0.9)'],
    });
  });
});

describe('OWN-1: an IPv6 address', () => {
  const ADDRESS = '2001:db8::25';
  const nameOf = (address: string) => `${backwards(address) ?? ''}.bl.house.test`;
  const [OURS, TEST4] = [nameOf(ADDRESS), nameOf('127.0.0.2')];
  const [TEST6, NEVER6] = [nameOf('::ffff:7f00:2'), nameOf('::ffff:7f00:1')];

  async function look(there: readonly string[]) {
    const say = (name: string): Reply => (there.includes(name) ? [a('127.0.0.2')] : 'none');
    const dns = await startLyingDns(({ name }) => say(name));
    close = () => dns.close();
    const plan = planOf({
      hosts: [{ ...hostAt(25), addresses: [ADDRESS] }],
      listCatalogue: catalogueOf(listed(LIST)),
      dns: { servers: [dns.server], timeoutMs: 2_000, queriesPerSecond: 10_000, authorityPort: 9 },
    });
    const all = await listings.run('mx.house.test', openTools(plan, Date.now));
    const seen = all.find(({ state }) => state === 'fail') ?? all.find(({ item }) => !item);
    return { state: seen?.state, text: seen?.evidence.join(' '), advice: seen?.advice };
  }

  it('is not on a list that has the test entry of IPv6 (RFC 5782 section 5)', async () => {
    expect(await look([TEST4, TEST6])).toMatchObject({ state: 'pass' });
  });

  it('is unknown where the list lacks it, with the terms of the list', async () => {
    const found = await look([TEST4]);
    expect(found.state).toBe('unknown');
    expect(found.text).toContain('House (it has no test entry of IPv6');
    expect(found.advice).toContain('House: Ask at the door.');
  });

  it('that is listed is told with or without it', async () => {
    const found = await look([TEST4, OURS]);
    expect(found).toMatchObject({ state: 'fail', advice: '1. Ask nicely.' });
    expect(found.text).toMatch(/: sent spam\. It is used by our neighbours\.$/);
  });

  it('is not listed where all of IPv6 is', async () => {
    const found = await look([TEST4, TEST6, NEVER6, OURS]);
    expect(found.state).toBe('unknown');
    expect(found.text).toContain('it lists everything, so it is set aside');
  });
});
