/** OWN-8: records that break the mail of the declared house itself. */
import { afterEach, describe, expect, it } from 'vitest';
import { dkim } from '../../src/watch/checks/dkim.ts';
import { dmarc } from '../../src/watch/checks/dmarc.ts';
import { mx as mxCheck } from '../../src/watch/checks/mx.ts';
import { nameServers } from '../../src/watch/checks/name-servers.ts';
import { spf } from '../../src/watch/checks/spf.ts';
import type { Check } from '../../src/watch/contract.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import type { WatchPlan } from '../../src/watch/plan.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import { a, aaaa, cname, mx, ns, startLyingDns, txt, type Answer } from './lying-dns.ts';
import { dnsAt, hostAt, PATIENCE_MS, planOf, SILENCE_MS } from './plan.ts';

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

describe('OWN-8: DKIM of a parked domain', () => {
  const plan = { dkimSelectors: ['s1'] };
  const KEY = 's1._domainkey.house.test';
  const PARKED = [txt('v=spf1 -all'), mx(0, '')];
  it.each([
    ['a wildcard SPF record at the selector', PARKED, 'v=spf1 -all', 'not-applicable', 'needs no'],
    ['a wildcard of revoked keys', PARKED, 'v=DKIM1; p=', 'not-applicable', 'needs no DKIM key'],
    ['a revoked key, and mail', [txt('v=spf1 a -all')], 'v=DKIM1; p=', 'warn', 'is revoked'],
    ['a broken key', PARKED, 'v=DKIM1; p=MIIB', 'fail', 'cannot be read'],
    ['a wildcard SPF record, and mail', [txt('v=spf1 a -all')], 'v=spf1 a -all', 'warn', 'no DKIM'],
  ])('with %s', async (...given) => {
    const [, records, key, state, evidence] = given;
    const found = await look(dkim, { 'house.test': records, [KEY]: [txt(key)] }, plan);
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });
});

// RFC 9989 sections 4.10.1 and 4.10.2.
describe('OWN-8: the DMARC record that rules a name without one', () => {
  const says = (policy: string, more = '') =>
    txt(`v=DMARC1; p=${policy}; rua=mailto:d@example.net${more}`);
  const NET = '_dmarc.example.net';
  const B = '_dmarc.b.example.net';
  it.each<[string, Record<string, readonly Answer[]>, string, string]>([
    [
      'is that of the fewest labels, not the nearest',
      { [B]: [says('reject')], [NET]: [says('none')] },
      'warn',
      'comes from example.net and says none',
    ],
    [
      'is that of the fewest labels, stricter than the nearest',
      { [B]: [says('none')], [NET]: [says('none', '; sp=reject')] },
      'pass',
      'comes from example.net and says reject',
    ],
    [
      'is that with psd=n, which ends the walk',
      { [B]: [says('reject', '; psd=n')], [NET]: [says('none')] },
      'pass',
      'comes from b.example.net and says reject',
    ],
    [
      'is that of the name below psd=y',
      { [B]: [says('quarantine')], [NET]: [says('reject', '; psd=y')] },
      'pass',
      'comes from b.example.net and says quarantine',
    ],
    [
      'is that of psd=y where the name below has none',
      { [NET]: [says('reject', '; psd=y')] },
      'pass',
      'comes from example.net and says reject',
    ],
    [
      'may be that of a top-level domain',
      { '_dmarc.net': [says('reject')] },
      'warn',
      'from net and says reject',
    ],
    [
      'is its own, where it has one',
      { '_dmarc.a.b.example.net': [says('reject')] },
      'pass',
      'says',
    ],
  ])('%s', async (_, zone, state, evidence) => {
    const found = await look(dmarc, zone, {}, 'a.b.example.net');
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });

  it('is sought with seven labels after a long name, and not between', async () => {
    const long = 'a.b.c.d.e.f.g.h.i.example.net';
    const skipped = { '_dmarc.b.c.d.e.f.g.h.i.example.net': [says('reject')] };
    expect((await look(dmarc, skipped, {}, long)).text).toContain('has no DMARC record');
    const asked = { '_dmarc.e.f.g.h.i.example.net': [says('reject')] };
    expect((await look(dmarc, asked, {}, long)).text).toContain('comes from e.f.g.h.i.example.net');
  });
});

describe('OWN-8: SPF that allows more than it seems to', () => {
  it.each([
    ['v=spf1 exists:fixed.test -all', 'fail', '"exists:fixed.test": it allows the whole world'],
    ['v=spf1 -exists:fixed.test -all', 'pass', 'needs 1 of 10'],
    ['v=spf1 exists:%{i}.fixed.test -all', 'pass', 'needs 1 of 10'],
    ['v=spf1 a:fixed.test/8 -all', 'warn', 'allows a:fixed.test/8, more than 65,536'],
    ['v=spf1 mx/8 -all', 'warn', 'allows mx/8, more than 65,536'],
    ['v=spf1 a:fixed.test//20 -all', 'warn', 'allows a:fixed.test//20'],
    ['v=spf1 a:fixed.test/24//64 -all', 'pass', 'needs 1 of 10'],
  ])('"%s": %s', async (record, state, evidence) => {
    const zone = {
      'house.test': [txt(record), mx(10, 'fixed.test')],
      'fixed.test': [a('198.51.100.7')],
    };
    const found = await look(spf, zone);
    expect(found.state, found.text).toBe(state);
    expect(found.text).toContain(evidence);
  });
});

describe('a name server', () => {
  it.each([
    ['refused', 'fail', 'ns1.house.test (127.0.0.1) answers REFUSED for house.test'],
    ['servfail', 'fail', 'ns1.house.test (127.0.0.1) answers SERVFAIL for house.test'],
    ['silent', 'unknown', 'ns1.house.test (127.0.0.1) does not answer for house.test'],
  ] as const)('that is lame (%s): %s', async (reply, state, evidence) => {
    const SOA = 6;
    const zone = {
      'house.test': [ns('ns1.house.test'), ns('ns2.house.test')],
      'ns1.house.test': [a('127.0.0.1')],
      'ns2.house.test': [a('127.0.0.1')],
    };
    // Of a zone only its name servers are asked for SOA.
    const dns = await startLyingDns(({ name, type }) => {
      if (type === SOA) return reply;
      const records = Object.entries(zone).flatMap(([owner, each]) => (owner === name ? each : []));
      const there = records.filter((answer) => answer.type === type);
      return there.length === 0 ? 'none' : there;
    });
    close = () => dns.close();
    const port = Number(dns.server.split(':')[1]);
    const plan = planOf({
      ...{ domains: ['house.test'], networks: ['127.0.0.1/32'] },
      dns: {
        ...dnsAt(dns.server, reply === 'silent' ? SILENCE_MS : PATIENCE_MS),
        authorityPort: port,
      },
    });
    const tasks = [{ check: nameServers, target: 'house.test' }];
    const [found] = await runTasks(tasks, openTools(plan), { parallel: 1 });
    expect(found?.evidence.join(' ')).toContain(evidence);
    expect(found?.state).toBe(state);
  });

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
