/** The access lists: durable, with an end, and told to listeners. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { ListEntry, ListKey } from '../../src/core/access-list.ts';
import { openTestDesk } from './helper.ts';
import type { TestDesk } from './helper.ts';

let folder = '';
let open: TestDesk;
let nowMs = 0;

const options = { now: (): number => nowMs };

beforeEach(async () => {
  nowMs = Date.now();
  folder = mkdtempSync(join(tmpdir(), 'primum-lists-'));
  open = await openTestDesk({ ...options, path: join(folder, 'records.sqlite') });
});

afterEach(async () => {
  await open.close();
  rmSync(folder, { recursive: true });
});

function entry(key: ListKey, changes: Partial<ListEntry> = {}): ListEntry {
  const rest = { reason: 'guesses', expiresAt: nowMs + 60_000, by: 'eve' };
  return { list: 'deny', key, ...rest, ...changes };
}

function match(clientAddress: string, login = 'ann', ja3?: string): string | undefined {
  const query = { clientAddress, login, ...(ja3 === undefined ? {} : { ja3 }) };
  return open.desk.lists.match('deny', query, nowMs)?.reason;
}

test('entries match in the order network, login, ja3, network with login, network with ja3', async () => {
  const steps: [ListKey, string][] = [
    [{ network: '192.0.2.0/24', ja3: 'j' }, 'network+ja3'],
    [{ network: '192.0.2.0/24', login: 'Ann' }, 'network+login'],
    [{ ja3: 'j' }, 'ja3'],
    [{ login: 'ANN' }, 'login'],
    [{ network: '192.0.0.0/16' }, 'wide'],
    [{ network: '192.0.2.9/24' }, 'longer'],
    [{ network: '192.0.2.1' }, 'address'],
  ];
  for (const [key, reason] of steps) {
    await open.desk.lists.add(entry(key, { reason }));
    expect(match('192.0.2.1', 'aNN', 'j')).toBe(reason);
  }
  expect(match('192.0.2.2', 'bob')).toBe('longer');
  expect(match('192.0.3.2', 'bob')).toBe('wide');
  expect(match('198.51.100.1', 'bob')).toBeUndefined();
  expect(match('not an address', 'bob')).toBeUndefined();
  expect(open.desk.lists.match('allow', { clientAddress: '192.0.2.1', login: 'ann' }, nowMs)).toBe(
    undefined,
  );
});

test('an entry that has ended never matches and lets a shorter network match', async () => {
  await open.desk.lists.add(entry({ network: '192.0.2.0/24' }, { reason: 'wide' }));
  await open.desk.lists.add(entry({ network: '192.0.2.1' }, { expiresAt: nowMs + 10 }));
  expect(match('192.0.2.1')).toBe('guesses');
  nowMs += 10;
  expect(match('192.0.2.1')).toBe('wide');
  expect(open.desk.lists.entries('deny', nowMs)).toHaveLength(1);
});

test('an IPv4 address written as IPv6 is the same address', async () => {
  await open.desk.lists.add(entry({ network: '::ffff:192.0.2.1' }));
  await open.desk.lists.add(entry({ network: '2001:DB8::/32' }, { reason: 'six' }));
  expect(match('192.0.2.1')).toBe('guesses');
  expect(match('::FFFF:192.0.2.1')).toBe('guesses');
  expect(match('2001:db8:ffff::1')).toBe('six');
  expect(match('2001:db9::1')).toBeUndefined();
});

test('entries survive a restart and those that ended meanwhile do not come back', async () => {
  await open.desk.lists.add(entry({ login: 'ann' }));
  await open.desk.lists.add(entry({ login: 'bob' }, { expiresAt: nowMs + 5 }));
  await open.close();
  nowMs += 5;
  open = await openTestDesk({ ...options, path: join(folder, 'records.sqlite') });
  expect(open.desk.lists.entries('deny', nowMs).map(({ key }) => key.login)).toEqual(['ann']);
});

test('adding, deleting and ending are told once each, the first two audited', async () => {
  const told: string[] = [];
  const stop = open.desk.lists.onChange((change, { key }, by) =>
    told.push(`${change} ${key.login ?? ''} by ${by}`),
  );
  await open.desk.lists.add(entry({ login: 'ann' }));
  await open.desk.lists.add(entry({ login: 'bob' }, { expiresAt: nowMs + 5 }));
  expect(await open.desk.lists.remove('deny', { login: 'Ann' }, 'max')).toBe(true);
  expect(await open.desk.lists.remove('deny', { login: 'ann' }, 'max')).toBe(false);
  nowMs += 5;
  await eventually(() => expect(told).toHaveLength(4));
  expect(told).toEqual([
    'add ann by eve',
    'add bob by eve',
    'delete ann by max',
    'expire bob by primum',
  ]);
  const audit = await open.desk.audit.list({ limit: 10 });
  expect(audit.map(({ action, subject, by }) => `${action} ${subject} ${by}`)).toEqual([
    'denylist.delete ann max',
    'denylist.add bob eve',
    'denylist.add ann eve',
  ]);
  stop();
  await open.desk.lists.add(entry({ login: 'cat' }));
  expect(told).toHaveLength(4);
});

test('a listener that throws undoes nothing', async () => {
  open.desk.lists.onChange(() => {
    throw new Error('listener');
  });
  await open.desk.lists.add(entry({ login: 'ann' }));
  expect(match('192.0.2.1')).toBe('guesses');
});

test.each([
  [{}],
  [{ network: '192.0.2.0/33' }],
  [{ network: '192.0.2' }],
  [{ network: 'example.org' }],
  [{ login: '' }],
  [{ login: 'ann', ja3: 'j' }],
  [{ login: 'x'.repeat(1001) }],
])('the key %o is refused in plain words', async (key) => {
  await expect(open.desk.lists.add(entry(key))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
});
