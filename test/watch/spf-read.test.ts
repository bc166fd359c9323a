/** OWN-8: SPF as receivers read it (RFC 7208): what counts, what is not read, how much of the world it allows. */
import { afterEach, describe, expect, it } from 'vitest';
import { spf } from '../../src/watch/checks/spf.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import type { WatchPlan } from '../../src/watch/plan.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import { a, aaaa, mx, startLyingDns, txt, type Answer } from './lying-dns.ts';
import { dnsAt, hostAt, planOf } from './plan.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

type Zone = Readonly<Record<string, readonly Answer[]>>;

const TYPES = { A: 1, MX: 15, TXT: 16, AAAA: 28 } as const;

/** @param broken Questions at SERVFAIL, as `A mx.house.test`. */
async function look(zone: Zone, changes: Partial<WatchPlan> = {}, broken: readonly string[] = []) {
  const dns = await startLyingDns(({ name, type }) => {
    const word = Object.entries(TYPES).find(([, number]) => number === type)?.[0] ?? '';
    if (broken.includes(`${word} ${name}`)) return 'servfail';
    const records = (zone[name] ?? []).filter((answer) => answer.type === type);
    return records.length === 0 ? 'none' : records;
  });
  close = () => dns.close();
  const plan = planOf({ domains: ['house.test'], dns: dnsAt(dns.server), ...changes });
  const tasks = [{ check: spf, target: 'house.test' }];
  const [found] = await runTasks(tasks, openTools(plan), { parallel: 1 });
  const text = found?.evidence.join(' ') ?? '';
  return { state: found?.state, text, advice: found?.advice ?? '' };
}

describe('what is looked up', () => {
  const C = { 'c.test': [txt('v=spf1 ip4:198.51.100.0/24 -all')] };
  const B = { 'b.test': [txt('v=spf1 include:c.test -all')] };
  const GONE = 'exists:x.gone.test';

  it.each<[string, string, Zone, [string, string]]>([
    [
      'two includes of one record are no circle',
      'v=spf1 mx include:a.test include:b.test -all',
      { ...B, ...C, 'a.test': [txt('v=spf1 include:c.test -all')] },
      ['pass', 'needs 5 of 10 look-ups'],
    ],
    [
      'one include twice is none either',
      'v=spf1 include:c.test include:c.test -all',
      C,
      ['pass', 'needs 2 of 10 look-ups'],
    ],
    [
      'a circle of two is one',
      'v=spf1 include:a.test -all',
      { 'a.test': [txt('v=spf1 include:house.test -all')] },
      ['fail', 'it goes in a circle'],
    ],
    [
      'redirect beside all is not followed',
      'v=spf1 ip4:198.51.100.1 -all redirect=gone.test',
      {},
      ['warn', 'has "redirect" beside "all", so nobody reads it'],
    ],
    [
      'nor where it stands before',
      'v=spf1 redirect=w.test -all',
      { 'w.test': [txt('v=spf1 +all')] },
      ['warn', 'needs 0 of 10 look-ups'],
    ],
    [
      'what stands after all is not looked up',
      'v=spf1 -all include:gone.test ip4:0.0.0.0/0',
      {},
      ['warn', 'has terms after "all", which nobody reads'],
    ],
    [
      'void exists count',
      `v=spf1 ${GONE} ${GONE} ${GONE} -all`,
      {},
      ['fail', 'names 3 hosts of which nothing is found'],
    ],
    [
      'void terms of each kind count together',
      `v=spf1 ${GONE} a:gone.test mx:gone.test -all`,
      {},
      ['fail', 'names 3 hosts of which nothing is found'],
    ],
    ['two may be', `v=spf1 ${GONE} ${GONE} -all`, {}, ['warn', 'which has no address']],
    [
      'exists asks for A alone',
      'v=spf1 exists:six.test -all',
      { 'six.test': [aaaa('26200000000000000000000000000001')] },
      ['warn', 'which has no address'],
    ],
  ])('%s', async (_, record, zone, [state, evidence]) => {
    const own = { 'house.test': [txt(record), mx(10, 'mx.house.test')] };
    const found = await look({ ...own, 'mx.house.test': [a('198.51.100.7')], ...zone });
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });

  it('is unknown where only the second question was not answered', async () => {
    const zone = { 'house.test': [txt('v=spf1 a:six.test -all')] };
    const found = await look(zone, {}, ['AAAA six.test']);
    expect(found.state, found.text).toBe('unknown');
  });
});

describe('a circle', () => {
  it.each<[string, Zone, string, string]>([
    [
      'v=spf1 redirect=house.test',
      {},
      'SPF comes back to house.test by a redirect: it goes in a circle.',
      'Remove the redirect to house.test from the record of house.test.',
    ],
    [
      'v=spf1 redirect=a.test',
      { 'a.test': [txt('v=spf1 ip4:192.0.2.1 redirect=house.test')] },
      'back to house.test by a redirect',
      'Remove the redirect to house.test from the record of a.test.',
    ],
    [
      'v=spf1 redirect=a.test',
      { 'a.test': [txt('v=spf1 include:house.test -all')] },
      'back to house.test by an include',
      'Remove the include of house.test from the record of a.test.',
    ],
    [
      'v=spf1 include:a.test -all',
      { 'a.test': [txt('v=spf1 redirect=house.test')] },
      'back to house.test by a redirect',
      'Remove the redirect to house.test from the record of a.test.',
    ],
  ])('by the term that closes it: %s', async (record, zone, says, advice) => {
    const found = await look({ 'house.test': [txt(record)], ...zone });
    expect(found.state).toBe('fail');
    expect(found.text).toContain(says);
    expect(found.advice).toContain(advice);
  });
});

describe('the share of the world that it allows', () => {
  const QUARTERS = [0, 64, 128, 192].map((first) => `ip4:${first}.0.0.0/2`);
  const V4 = 'of all public IPv4 addresses';
  const V6 = 'of all public IPv6 addresses';

  it.each<[string, string, string]>([
    ['ip6:2000::/3', 'fail', `allows 100 % ${V6} (ip6:2000::/3)`],
    ['ip6:2000::/4 ip6:3000::/4', 'fail', `allows 100 % ${V6}`],
    ['ip6:2a00::/11', 'fail', `allows 0.39 % ${V6}`],
    ['ip6:2a00::/12', 'warn', 'allows ip6:2a00::/12, more than eight providers have'],
    ['ip6:2a02:2e0::/29', 'pass', 'needs 0 of 10'],
    ['ip6:fc00::/7', 'warn', 'allows ip6:fc00::/7'],
    [
      'ip4:0.0.0.0/1 ip4:128.0.0.0/1',
      'fail',
      `allows 100 % ${V4} (ip4:0.0.0.0/1, ip4:128.0.0.0/1)`,
    ],
    [QUARTERS.join(' '), 'fail', 'and 1 more): it allows the whole world'],
    ['ip4:1.2.3.4/0', 'fail', 'has "ip4:1.2.3.4/0": it allows the whole world'],
    ['ip4:16.0.0.0/4', 'warn', 'more than 65,536 addresses'],
    ['ip4:16.0.0.0/4 ip4:17.0.0.0/8 ip4:16.0.0.0/5', 'warn', 'more than 65,536 addresses'],
    ['ip4:16.0.0.0/4 ip4:32.0.0.0/16', 'fail', `allows 6.3 % ${V4}`],
    ['?ip4:0.0.0.0/1 ~ip4:128.0.0.0/1', 'pass', 'needs 0 of 10'],
    ['ip4:0.0.0.0/2 include:half.test', 'fail', `allows 75 % ${V4}`],
    ['?include:half.test', 'pass', 'needs 1 of 10'],
    ['a:mx.house.test/3', 'fail', 'has "a:mx.house.test/3": it allows the whole world'],
    ['mx/24//3', 'fail', 'has "mx/24//3": it allows the whole world'],
    ['mx/24//64', 'pass', 'needs 1 of 10'],
  ])('%s: %s', async (terms, state, evidence) => {
    const found = await look({
      'house.test': [txt(`v=spf1 ${terms} -all`), mx(10, 'mx.house.test')],
      'half.test': [txt('v=spf1 ip4:128.0.0.0/1 -all')],
      'mx.house.test': [a('198.51.100.7')],
    });
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });
});

describe('whether it lets the declared hosts send, while DNS is at fault', () => {
  const NAMED = { ...hostAt(25), addresses: [], roles: ['outbound' as const] };
  const GIVEN = { ...NAMED, addresses: ['198.51.100.7', '198.51.100.8'] };
  const ZONE = { 'mx.house.test': [a('198.51.100.9')] };
  const REFUSED = 'refuses mail from 198.51.100.7, 198.51.100.8';

  it.each<[string, readonly string[], string, string]>([
    ['mx -all', [], 'fail', REFUSED],
    ['mx -all', ['A mx.house.test'], 'unknown', 'could not be found out: the address of mx.house'],
    [
      'mx -all',
      ['MX house.test'],
      'unknown',
      'could not be found out: the MX records of house.test',
    ],
    ['include:i.test -all', ['TXT i.test'], 'unknown', 'the SPF record of i.test'],
    ['a:mx.house.test -all', ['A mx.house.test'], 'unknown', 'the address of mx.house.test'],
    ['-ip4:198.51.100.7 mx -all', ['A mx.house.test'], 'unknown', 'from 198.51.100.7, which'],
    [
      'ip4:198.51.100.7 mx ~all',
      ['A mx.house.test'],
      'unknown',
      'lets 198.51.100.8 send could not',
    ],
    ['ip4:198.51.100.0/24 mx -all', ['A mx.house.test'], 'pass', 'lets your hosts send'],
  ])('"%s" with %j at SERVFAIL: %s', async (terms, broken, state, evidence) => {
    const own = { 'house.test': [txt(`v=spf1 ${terms}`), mx(10, 'mx.house.test')] };
    const found = await look({ ...own, ...ZONE }, { hosts: [GIVEN] }, broken);
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });

  it('is unknown where the addresses of a host are', async () => {
    const own = { 'house.test': [txt('v=spf1 ip4:198.51.100.7 -all')] };
    const found = await look(own, { hosts: [NAMED] }, ['A mx.house.test']);
    expect(found.state, found.text).toBe('unknown');
    expect(found.text).toContain('lets mx.house.test send could not be found out: its addresses');
  });
});
