/** URL hosts on real DNS lists: rbldnsd behind unbound (CON-2). */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openScanners } from '../../src/scanners/open-scanners.ts';
import type { ZoneOptions } from '../../src/scanners/lists/zone.ts';
import { listener } from '../scanners/helper.ts';
import { mailServersAreHere } from './available.ts';
import { startDnsLists, type DnsLists } from './dns-lists.ts';
import { until } from './run.ts';

let dns: DnsLists;

function zone(name: string, changes: Partial<ZoneOptions> = {}): ZoneOptions {
  return { zone: name, answers: ['127.0.0.0/8'], withAddresses: false, ...changes };
}

function open(zones: readonly ZoneOptions[], timeoutMs = 5_000) {
  const heard = listener();
  let clock = 0;
  const opened = openScanners(
    {
      hostLists: {
        files: [],
        zones,
        skip: [],
        servers: [dns.resolver],
        timeoutMs,
        maxQueries: 100,
        cache: { entries: 10_000, negativeTtlMs: 600_000 },
        retryAfterMs: 30_000,
      },
    },
    heard,
    () => clock,
  );
  onTestFinished(() => opened.close());
  const lists = opened.hostLists!;
  const find = async (hosts: readonly string[]) => (await lists.find(hosts)).listed;
  return { lists: { find }, heard, wait: (ms: number) => void (clock += ms) };
}

describe.runIf(mailServersAreHere)('real DNS lists', () => {
  beforeAll(async () => {
    dns = await startDnsLists({
      'dbl.local.test': [
        ':127.0.1.2:spam',
        'bad.com',
        ':127.0.1.102:abused',
        'abused.net',
        ':127.0.1.4:phish',
        'login.bank.co.uk',
        '1.2.0.192',
      ],
      'all.local.test': [':127.0.0.2:everything', '.com', 'com', 'invalid'],
      'refused.local.test': [':127.255.255.254:refused', '.com'],
    });
  });
  afterAll(() => dns.stop());

  test('CON-2: say which hosts they list, by the host and by its registered domain', async () => {
    const { lists, heard } = open([zone('dbl.local.test')]);
    const hosts = ['www.bad.com', 'login.bank.co.uk', 'bank.co.uk', 'good.org', '192.0.2.1'];
    const found = await lists.find(hosts);
    expect(found.toSorted((a, b) => a.host.localeCompare(b.host))).toEqual([
      { host: 'login.bank.co.uk', list: 'dbl.local.test' },
      { host: 'www.bad.com', list: 'dbl.local.test' },
    ]);
    expect(heard.changes).toEqual(['list dbl.local.test works']);
  });

  test('count only answers that were asked for, and know addresses where they are asked', async () => {
    const narrow = zone('dbl.local.test', { answers: ['127.0.1.4'], withAddresses: true });
    const { lists } = open([narrow]);
    const found = await lists.find(['bad.com', 'abused.net', 'login.bank.co.uk', '192.0.2.1']);
    expect(found.map(({ host }) => host).toSorted()).toEqual(['192.0.2.1', 'login.bank.co.uk']);
  });

  test('that list everything or refuse us list nothing, beside one that is well', async () => {
    const zones = ['all.local.test', 'refused.local.test', 'dbl.local.test'].map((name) =>
      zone(name),
    );
    const { lists, heard } = open(zones);
    expect(await lists.find(['good.com', 'bad.com'])).toEqual([
      { host: 'bad.com', list: 'dbl.local.test' },
    ]);
    const said = heard.changes.filter((text) => text.includes('away'));
    expect(said).toHaveLength(2);
    expect(said.join('\n')).toContain('lists everything, even invalid.all.local.test');
    expect(said.join('\n')).toContain('refuses our questions (127.255.255.254)');
  });

  test('answer the hosts of 100 messages at once', async () => {
    const { lists } = open([zone('dbl.local.test')], 30_000);
    const found = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        lists.find([
          'bad.com',
          ...Array.from({ length: 20 }, (__, host) => `h${index}-${host}.org`),
        ]),
      ),
    );
    expect(found.every((hosts) => hosts.length === 1)).toBe(true);
  });

  test('that die list nothing but what is remembered, and are used again when they live', async () => {
    const { lists, heard, wait } = open([zone('dbl.local.test')], 3_000);
    expect(await lists.find(['bad.com'])).toHaveLength(1);
    await dns.killServer();
    expect(await lists.find(['bad.com', 'x1.org', 'x2.org', 'x3.org'])).toHaveLength(1);
    await until('the list to be given up', () => heard.changes.length === 2);
    expect(heard.changes[1]).toContain('list dbl.local.test away');
    await dns.startServer();
    expect(await lists.find(['login.bank.co.uk'])).toEqual([]);
    await until('the list to be used again', async () => {
      wait(30_000);
      return (await lists.find(['login.bank.co.uk'])).length === 1;
    });
    expect(heard.changes[2]).toBe('list dbl.local.test works');
  }, 90_000);
});
