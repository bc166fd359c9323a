/** OWN-8: records that break the mail of the declared house itself. */
import { afterEach, describe, expect, it } from 'vitest';
import { dkim } from '../../src/watch/checks/dkim.ts';
import { mx as mxCheck } from '../../src/watch/checks/mx.ts';
import { nameServers } from '../../src/watch/checks/name-servers.ts';
import { spf } from '../../src/watch/checks/spf.ts';
import type { Check } from '../../src/watch/contract.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import type { WatchPlan } from '../../src/watch/plan.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import { a, aaaa, cname, mx, ns, startLyingDns, txt, type Answer } from './lying-dns.ts';
import { dnsAt, hostAt, planOf } from './plan.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

/** @param zone Answers by name; each record by its type. */
async function look(
  check: Check,
  zone: Readonly<Record<string, readonly Answer[]>>,
  changes: Partial<WatchPlan> = {},
  target = 'house.test',
) {
  const dns = await startLyingDns(({ name, type }) => {
    const records = (zone[name.toLowerCase()] ?? []).filter((answer) => answer.type === type);
    return records.length === 0 ? 'none' : records;
  });
  close = () => dns.close();
  const plan = planOf({ domains: ['house.test'], dns: dnsAt(dns.server), ...changes });
  const tasks = [{ check, target }];
  const [found] = await runTasks(tasks, openTools(plan), { parallel: 1 });
  return { state: found?.state, text: found?.evidence.join(' ') ?? '' };
}

const sending = (...addresses: string[]): Partial<WatchPlan> => ({
  hosts: [{ ...hostAt(25), addresses, roles: ['outbound'] }],
});

describe('SPF of a domain whose mail leaves by the declared hosts', () => {
  const ZONE = {
    'i.test': [txt('v=spf1 ip4:198.51.100.0/24 -all')],
    'house.test': [mx(10, 'mx.house.test')],
    'mx.house.test': [a('198.51.100.7')],
  };

  it.each([
    ['v=spf1 ip4:198.51.100.7 -all', 'pass', 'lets your hosts send'],
    ['v=spf1 mx -all', 'pass', 'lets your hosts send'],
    ['v=spf1 a:mx.house.test/24 -all', 'pass', 'lets your hosts send'],
    ['v=spf1 include:i.test -all', 'pass', 'lets your hosts send'],
    ['v=spf1 redirect=i.test', 'pass', 'lets your hosts send'],
    ['v=spf1 ip4:203.0.113.9 -all', 'fail', 'refuses mail from 198.51.100.7, which you named'],
    ['v=spf1 ip4:203.0.113.9 ~all', 'warn', 'doubts mail from 198.51.100.7'],
    ['v=spf1 ~mx -all', 'warn', 'doubts mail from 198.51.100.7'],
    ['v=spf1 -include:i.test ~all', 'fail', 'refuses mail from 198.51.100.7'],
    ['v=spf1 exists:%{i}.x.test -all', 'pass', 'needs 1 of 10'],
    ['v=spf1 -all', 'pass', 'has "v=spf1 -all"'],
  ])('"%s": %s', async (record, state, evidence) => {
    const zone = { ...ZONE, 'house.test': [...ZONE['house.test'], txt(record)] };
    const found = await look(spf, zone, sending('198.51.100.7'));
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });

  it('warns only, where some of them may send: others may send for other domains', async () => {
    const zone = { 'house.test': [txt('v=spf1 ip4:198.51.100.7 -all')] };
    const found = await look(spf, zone, sending('198.51.100.7', '198.51.100.8', '2001:db8::1'));
    expect(found.state).toBe('warn');
    expect(found.text).toContain('refuses mail from 198.51.100.8, 2001:db8::1,');
  });

  it('says nothing of hosts that do not send', async () => {
    const zone = { 'house.test': [txt('v=spf1 ip4:203.0.113.9 -all')] };
    const found = await look(spf, zone, { hosts: [{ ...hostAt(25), roles: ['mx'] }] });
    expect(found.state).toBe('pass');
  });

  it('that goes in a circle ends', async () => {
    const zone = { 'house.test': [txt('v=spf1 include:house.test -all')] };
    const found = await look(spf, zone, sending('198.51.100.7'));
    expect(found.text).toContain('it goes in a circle');
  });
});

describe('an MX', () => {
  it.each([
    ['10.0.0.1', 'fail', 'is at 10.0.0.1, which nobody outside can reach'],
    ['9.9.9.9', 'pass', 'has 9.9.9.9'],
  ])('at %s: %s', async (address, state, evidence) => {
    const zone = { 'house.test': [mx(10, 'mx.house.test')], 'mx.house.test': [a(address)] };
    const found = await look(mxCheck, zone);
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });

  it('at a private address that is declared is the house itself', async () => {
    const zone = { 'house.test': [mx(10, 'mx.house.test')], 'mx.house.test': [a('10.0.0.1')] };
    expect((await look(mxCheck, zone, { networks: ['10.0.0.0/8'] })).state).toBe('pass');
  });
});

describe('a domain without an MX', () => {
  const SIX = aaaa('26200000000000000000000000000001');
  it.each([
    [[SIX], 'warn', 'so mail goes to its AAAA record 2620::1'],
    [[a('9.9.9.9'), SIX], 'warn', 'so mail goes to its A record 9.9.9.9'],
    [[], 'fail', 'no address: it cannot take mail'],
  ])('with %j: %s', async (records, state, evidence) => {
    const found = await look(mxCheck, { 'house.test': records });
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });
});

describe('DKIM of a domain with a null MX', () => {
  const plan = { dkimSelectors: ['s1'] };
  it.each([
    ['alone', [mx(0, '')], 'not-applicable'],
    ['and SPF that lets somebody send', [mx(0, ''), txt('v=spf1 a -all')], 'warn'],
  ])('%s', async (_, records, state) => {
    expect((await look(dkim, { 'house.test': records }, plan)).state).toBe(state);
  });
});

describe('a name server', () => {
  it('that is an alias fails, and is named', async () => {
    const found = await look(nameServers, {
      'house.test': [ns('ns1.house.test'), ns('ns2.house.test')],
      'ns1.house.test': [cname('real.house.test')],
      'ns2.house.test': [a('10.0.0.1')],
    });
    expect(found.state).toBe('fail');
    expect(found.text).toContain(
      'The name server ns1.house.test of house.test is an alias of real.house.test.',
    );
  });
});

describe('OWN-8: the name servers of a part of a domain', () => {
  const looked = (zone: Readonly<Record<string, readonly Answer[]>>, ...domains: string[]) =>
    look(nameServers, zone, { domains }, 'sub.far.test');
  const ALIAS = { 'ns1.far.test': [cname('real.far.test')], 'ns2.far.test': [a('10.0.0.1')] };
  const SERVERS = [ns('ns1.far.test'), ns('ns2.far.test')];

  it.each([[['sub.far.test']], [['sub.far.test', 'far.test']]])(
    'are those of its own delegation, watched: %j',
    async (domains) => {
      const found = await looked({ ...ALIAS, 'sub.far.test': SERVERS }, ...domains);
      expect(found.state).toBe('fail');
      expect(found.text).toContain('The name server ns1.far.test of sub.far.test is an alias');
    },
  );

  it('are left to what it is part of, where that is watched', async () => {
    const found = await looked({ 'far.test': SERVERS }, 'sub.far.test', 'far.test');
    expect(found).toEqual({
      state: 'not-applicable',
      text: 'sub.far.test is part of far.test, whose name servers are looked at.',
    });
  });

  it('are those of what it is part of, where nobody watches that', async () => {
    const found = await looked({ ...ALIAS, 'far.test': SERVERS }, 'sub.far.test');
    expect(found.state).toBe('fail');
    expect(found.text).toContain('The name server ns1.far.test of far.test is an alias');
    expect(found.text).toContain('sub.far.test is part of far.test, whose name servers answer');
  });

  it('fail where neither has any', async () => {
    const found = await looked({}, 'sub.far.test');
    expect(found).toEqual({ state: 'fail', text: 'far.test has no NS records.' });
  });
});
