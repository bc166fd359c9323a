/** INB-1 to INB-4: who brings mail from outside, by what Postfix tells of him. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionEvent } from '../event.ts';
import { NO_LOAD, type ConnectionRule, type Load } from './connection-load.ts';
import { decideInbound } from './decide.ts';
import type { InboundRules } from './subject.ts';

const RULES: InboundRules = {
  noReverseName: 'reject',
  forwardMismatch: 'reject',
  homeConnection: 'reject',
  impossibleHelo: 'reject',
  virus: 'reject',
  ownNames: [],
  allowedNetworks: [],
  allowedNames: [],
};

const CONNECTIONS: ConnectionRule = {
  ...{ action: 'defer', windowSeconds: 600, limit: 100, failureWeight: 15 },
};

type Seen = Partial<
  Pick<
    ConnectionEvent,
    'clientAddress' | 'clientName' | 'reverseName' | 'namesUntold' | 'heloName' | 'viruses'
  >
>;

const GOOD: Seen = {
  clientName: 'mx.partner.example.net',
  reverseName: 'mx.partner.example.net',
  heloName: 'mx.partner.example.net',
};

function decide(
  seen: Seen,
  rules: Partial<InboundRules> = {},
  more: { readonly mode?: 'observe' | 'enforce'; readonly load?: Load } = {},
) {
  const base = { v: 1, kind: 'connection', id: 'e1', at: '2026-11-28T12:00:00.000Z' } as const;
  return decideInbound(
    {
      event: { ...base, clientAddress: '203.0.113.9', ...seen },
      rules: { ...RULES, ...rules },
      isOwnName: (name) =>
        name === 'mail.house.example.org' || /(?:^|\.)hosted\.example\.org$/.test(name),
      judgeName: (name) => ({
        kind: name.includes('dyn') ? 'dynamic' : 'static',
        score: 0,
        reason: 'its form says so',
      }),
      connections: CONNECTIONS,
      load: more.load ?? NO_LOAD,
    },
    { mode: more.mode ?? 'enforce' },
  );
}

const rulesOf = (seen: Seen): readonly string[] => decide(seen).findings.map(({ rule }) => rule);

describe('INB-1: names and addresses', () => {
  it.each<[string, Seen, readonly string[]]>([
    ['a mail server as it should be', GOOD, []],
    ['no reverse name', { heloName: 'mx.partner.example.net' }, ['no-reverse-name']],
    [
      'nothing said of its name by the mail server',
      { namesUntold: true, heloName: 'mx.partner.example.net' },
      [],
    ],
    [
      'a name that does not lead back',
      { reverseName: 'mx.bank.example.com' },
      ['forward-mismatch'],
    ],
    ['nothing said in HELO yet', { ...GOOD, heloName: '' }, []],
    ['no domain', { ...GOOD, heloName: 'WIN-7G3K2' }, ['impossible-helo']],
    ['localhost', { ...GOOD, heloName: 'localhost' }, ['impossible-helo']],
    ['a domain that does not exist', { ...GOOD, heloName: 'pc.localdomain' }, ['impossible-helo']],
    ['a name of companies that is only theirs', { ...GOOD, heloName: 'exchange.corp.local' }, []],
    [
      'a name that a cloud gives its machines for itself',
      { ...GOOD, heloName: 'ip-10-0-0-5.eu-west-1.compute.internal' },
      ['impossible-helo'],
    ],
    ['a name of small networks, companies among them', { ...GOOD, heloName: 'srv.firm.lan' }, []],
    ['a bare address', { ...GOOD, heloName: '203.0.113.9' }, ['impossible-helo']],
    ['its address in brackets', { ...GOOD, heloName: '[203.0.113.9]' }, []],
    ['another address in brackets', { ...GOOD, heloName: '[192.168.1.2]' }, ['impossible-helo']],
    [
      'its IPv6 address, written otherwise',
      { ...GOOD, clientAddress: '2001:db8::1', heloName: '[IPv6:2001:DB8:0:0::1]' },
      [],
    ],
    ['one of our names', { ...GOOD, heloName: 'Mail.House.example.org' }, ['impossible-helo']],
    [
      'the name that DNS gives a machine of a hosted domain',
      { clientName: 'web.hosted.example.org', heloName: 'web.hosted.example.org' },
      [],
    ],
    [
      'the domain of that machine',
      { clientName: 'web.hosted.example.org', heloName: 'hosted.example.org' },
      [],
    ],
    [
      'a name beside that machine',
      { clientName: 'web.hosted.example.org', heloName: 'Mail.hosted.example.org' },
      [],
    ],
    [
      'a name of a hosted domain from elsewhere',
      { ...GOOD, heloName: 'web.hosted.example.org' },
      ['impossible-helo'],
    ],
    [
      'a name of a hosted domain that DNS does not confirm',
      { reverseName: 'web.hosted.example.org', heloName: 'web.hosted.example.org' },
      ['forward-mismatch', 'impossible-helo'],
    ],
    [
      'its address in brackets, at a socket for both families',
      { ...GOOD, clientAddress: '::ffff:203.0.113.9', heloName: '[203.0.113.9]' },
      [],
    ],
    ['an empty label', { ...GOOD, heloName: 'a..partner.example.net' }, ['impossible-helo']],
    ['a label that begins with a hyphen', { ...GOOD, heloName: '-x.a.net' }, ['impossible-helo']],
    ['numbers and dots', { ...GOOD, heloName: '1.2.3' }, ['impossible-helo']],
    [
      'more than a name can be',
      { ...GOOD, heloName: 'a.'.repeat(127) + 'net' },
      ['impossible-helo'],
    ],
    ['the name of our own prober', { ...GOOD, heloName: 'primum-audit.invalid' }, []],
    ['a home network', { ...GOOD, heloName: 'srv.home.arpa' }, ['impossible-helo']],
    ['no host name at all', { ...GOOD, heloName: 'a b' }, ['impossible-helo']],
  ])('%s', (_, seen, rules) => {
    expect(rulesOf(seen)).toEqual(rules);
  });
});

describe('INB-2: home connections', () => {
  it('are known by their name, verified or not', () => {
    const home = 'p1.dyn.example.net';
    expect(rulesOf({ ...GOOD, clientName: home })).toEqual(['home-connection']);
    expect(rulesOf({ heloName: 'x.example.net', reverseName: home })).toEqual([
      'forward-mismatch',
      'home-connection',
    ]);
  });
});

describe('INB-3: a virus', () => {
  it('is refused by its name, and who brought it is not asked again who he is', () => {
    const { verdict } = decide({ heloName: 'localhost', viruses: ['Eicar-Test'] });
    expect(verdict).toMatchObject({
      verdict: 'reject',
      reasons: [{ signal: 'virus', practice: 'INB-3', detail: 'Eicar-Test' }],
    });
    expect(decide({ viruses: ['Eicar-Test'] }, { virus: 'off' }).findings).toEqual([]);
  });
});

describe('INB-4: too many connections', () => {
  it.each<[number, number, string]>([
    [100, 0, 'pass'],
    [101, 0, 'defer'],
    [10, 6, 'pass'],
    [11, 6, 'defer'],
  ])('%i connections and %i wrong passwords: %s', (connections, failures, kind) => {
    expect(decide(GOOD, {}, { load: { connections, failures } }).verdict.verdict).toBe(kind);
  });

  it('says what was counted', () => {
    const [finding] = decide(GOOD, {}, { load: { connections: 11, failures: 6 } }).findings;
    expect(finding).toMatchObject({
      ...{ rule: 'connection-limit', practice: 'INB-4' },
      text: '203.0.113.9 has made 11 connections and 6 wrong passwords, each as 15 in 10 min; 100 are allowed.',
    });
  });
});

describe('what breaking a rule does', () => {
  it.each([
    ['off', 'pass', 0],
    ['observe', 'pass', 1],
    ['defer', 'defer', 1],
    ['reject', 'reject', 1],
  ] as const)('%s: %s, %i finding', (noReverseName, verdict, count) => {
    const decision = decide({}, { noReverseName });
    expect(decision.verdict.verdict).toBe(verdict);
    expect(decision.findings).toHaveLength(count);
  });

  it('tells the client of the most severe', () => {
    const { verdict } = decide({ heloName: 'localhost' }, { noReverseName: 'observe' });
    expect(verdict.reasons.map(({ signal }) => signal)).toEqual([
      'impossible-helo',
      'no-reverse-name',
    ]);
    expect(verdict.reference).toMatch(/^[0-9A-Z]{8}$/);
  });

  it('is never answered in observe mode', () => {
    expect(decide({}, {}, { mode: 'observe' }).verdict).toMatchObject({
      verdict: 'reject',
      enforced: false,
    });
  });
});

it('takes whatever a client says in HELO', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (heloName) => {
      expect(decide({ ...GOOD, heloName }).findings.length).toBeLessThanOrEqual(1);
    }),
  );
});
