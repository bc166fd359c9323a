/** INB-1, INB-2: who brings mail from outside, by what Postfix tells of him. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionEvent } from '../event.ts';
import { decideInbound } from './decide.ts';
import type { InboundRules } from './subject.ts';

const RULES: InboundRules = {
  noReverseName: 'reject',
  forwardMismatch: 'reject',
  homeConnection: 'reject',
  impossibleHelo: 'reject',
  allowedNetworks: [],
  allowedNames: [],
};

type Seen = Partial<
  Pick<ConnectionEvent, 'clientAddress' | 'clientName' | 'reverseName' | 'heloName'>
>;

const GOOD: Seen = {
  clientName: 'mx.partner.example.net',
  reverseName: 'mx.partner.example.net',
  heloName: 'mx.partner.example.net',
};

function decide(
  seen: Seen,
  rules: Partial<InboundRules> = {},
  mode: 'observe' | 'enforce' = 'enforce',
) {
  const base = { v: 1, kind: 'connection', id: 'e1', at: '2026-11-28T12:00:00.000Z' } as const;
  return decideInbound(
    {
      event: { ...base, clientAddress: '203.0.113.9', ...seen },
      rules: { ...RULES, ...rules },
      isOwnName: (name) => name === 'mail.house.example.org',
      judgeName: (name) => ({
        kind: name.includes('dyn') ? 'dynamic' : 'static',
        score: 0,
        reason: 'its form says so',
      }),
    },
    { mode },
  );
}

const rulesOf = (seen: Seen): readonly string[] => decide(seen).findings.map(({ rule }) => rule);

describe('INB-1: names and addresses', () => {
  it.each<[string, Seen, readonly string[]]>([
    ['a mail server as it should be', GOOD, []],
    ['no reverse name', { heloName: 'mx.partner.example.net' }, ['no-reverse-name']],
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
    ['a bare address', { ...GOOD, heloName: '203.0.113.9' }, ['impossible-helo']],
    ['its address in brackets', { ...GOOD, heloName: '[203.0.113.9]' }, []],
    ['another address in brackets', { ...GOOD, heloName: '[192.168.1.2]' }, ['impossible-helo']],
    [
      'its IPv6 address, written otherwise',
      { ...GOOD, clientAddress: '2001:db8::1', heloName: '[IPv6:2001:DB8:0:0::1]' },
      [],
    ],
    ['one of our names', { ...GOOD, heloName: 'Mail.House.example.org' }, ['impossible-helo']],
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
    expect(decide({}, {}, 'observe').verdict).toMatchObject({ verdict: 'reject', enforced: false });
  });
});

it('takes whatever a client says in HELO', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (heloName) => {
      expect(decide({ ...GOOD, heloName }).findings.length).toBeLessThanOrEqual(1);
    }),
  );
});
