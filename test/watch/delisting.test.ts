/** OWN-1: a delisting is seen although another list does not serve this resolver. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listings } from '../../src/watch/checks/listings.ts';
import { openHistory } from '../../src/watch/history.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { createWatcher } from '../../src/watch/watcher.ts';
import { a, startLyingDns } from './lying-dns.ts';
import { dnsAt, hostAt, planOf } from './plan.ts';

let folder: string;
let close: (() => Promise<void>) | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-delisting-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await close?.();
});

const list = (zone: string) => ({
  ...{ zone, name: zone, of: 'addresses', use: 'wide', delist: ['Ask.'] },
  ...{ codes: { '127.0.0.2': 'spam' }, source: 'https://house.test/' },
});

it('OWN-1: each list ends what it said, and the row goes on to say which could not be read', async () => {
  const listed = new Set<string>();
  const dns = await startLyingDns(({ name }) => {
    if (name.endsWith('.mute.test')) return 'refused';
    return name === '2.0.0.127.good.test' || listed.has(name) ? [a('127.0.0.2')] : 'none';
  });
  close = () => dns.close();
  const catalogue = join(folder, 'lists.json');
  const lists = [list('good.test'), list('mute.test')];
  writeFileSync(catalogue, JSON.stringify({ about: [], date: '2026-11-29', lists }));
  const plan = planOf({
    hosts: [{ ...hostAt(25), addresses: ['192.0.2.60'] }],
    listCatalogue: catalogue,
    dns: dnsAt(dns.server),
  });
  const told: string[] = [];
  const history = openHistory(undefined);
  const clock = { now: Date.UTC(2026, 10, 29) };
  const watcher = createWatcher({
    ...{ plan, checks: [listings], history, everyMs: 3_600_000, confirmAfterMs: 60_000 },
    openTools: () => openTools(plan, () => clock.now),
    now: () => clock.now,
    random: () => 0.5,
    changed: (changes) => {
      for (const { finding } of changes)
        told.push(`${finding.state}: ${finding.evidence[0] ?? ''}`);
    },
    failed: (error) => {
      throw error;
    },
  });
  const next = async (): Promise<void> => {
    clock.now = watcher.nextAt();
    await watcher.tick();
  };

  await next();
  listed.add('60.2.0.192.good.test');
  for (let turn = 0; turn < 3; turn += 1) await next();
  expect(told).toEqual(['fail: 192.0.2.60 is on good.test (good.test): spam.']);
  listed.clear();
  await next();
  expect(told.slice(1)).toEqual(['pass: 192.0.2.60 is not on good.test (good.test).']);
  const row = history.all().find(({ item }) => item === undefined);
  expect(row?.state).toBe('unknown');
  expect(row?.evidence.join(' ')).toContain(
    'Whether 192.0.2.60 is on a list that many use is not known: mute.test (the name server refuses',
  );
});
