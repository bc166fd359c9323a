/** INB-1: whom the gate looks at on the way in. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { toPolicy } from '../config/to-policy.ts';
import { createKeyedHash } from '../core/hash.ts';
import type { ConnectionEvent } from '../core/event.ts';
import { UNKNOWN_NETWORK, type NetworkFacts } from '../core/network.ts';
import type { InboundRules } from '../core/inbound/subject.ts';
import { ConnectionCounts } from '../core/profile/connection-counts.ts';
import { createMemoryStanding } from '../store/memory/standing.ts';
import { createMeet } from './meet.ts';

const SHIPPED = toPolicy(loadConfig(undefined, {}));

function meet(
  event: Partial<ConnectionEvent>,
  inbound: Partial<InboundRules> = {},
  network: Partial<NetworkFacts> = {},
) {
  const policy = { ...SHIPPED, inbound: { ...SHIPPED.inbound, ...inbound } };
  const ask = createMeet(
    {
      policy: () => policy,
      networks: {
        find: (address) => ({ ...UNKNOWN_NETWORK, address, ...network }),
        close: () => Promise.resolve(),
      },
      hash: createKeyedHash(new Uint8Array(16)),
      standing: createMemoryStanding(),
    },
    new ConnectionCounts(),
  );
  const met = ask({
    ...{ v: 1, kind: 'connection', id: 'e1', at: '2026-11-28T12:00:00.000Z' },
    clientAddress: '203.0.113.9',
    ...event,
  });
  if (met instanceof Promise) throw new Error('Nothing here has to be waited for.');
  return met;
}

describe('INB-1: the way in', () => {
  it('is observed and never refused as shipped', () => {
    const met = meet({ heloName: 'localhost' });
    expect(met?.findings.map(({ rule }) => rule)).toEqual(['no-reverse-name', 'impossible-helo']);
    expect(met?.verdict.verdict).toBe('pass');
  });

  it.each<[string, Partial<ConnectionEvent>, Partial<InboundRules>, Partial<NetworkFacts>]>([
    ['an allowed network', {}, { allowedNetworks: ['203.0.113.0/24'] }, {}],
    ['an allowed system', {}, { allowedNetworks: ['asn:64500'] }, { asn: 64_500 }],
    [
      'an allowed name',
      { clientName: 'MX.partner.example.net', heloName: 'localhost' },
      { allowedNames: ['partner.example.net'] },
      {},
    ],
    ['an own network', {}, {}, { class: 'own' }],
    ['this host', {}, {}, { class: 'local' }],
    ['an address that cannot be read', {}, {}, { address: '' }],
  ])('does not look at %s', (_, event, rules, network) => {
    expect(meet(event, rules, network)).toBeUndefined();
  });

  it('believes no name that is not verified', () => {
    const event = { reverseName: 'mx.partner.example.net' };
    expect(meet(event, { allowedNames: ['partner.example.net'] })?.findings).toHaveLength(1);
  });

  it('knows its own names: the host and the domains', () => {
    const event = { clientName: 'a.example.net', mta: 'mx1.house.example.org' };
    const met = meet({ ...event, heloName: 'MX1.house.example.org' });
    expect(met?.findings.map(({ rule }) => rule)).toEqual(['impossible-helo']);
  });

  it('knows the names of the other mail servers of the house (INB-1)', () => {
    const event = { clientName: 'a.example.net', heloName: 'mx2.house.example.org' };
    const rules = { noReverseName: 'off', forwardMismatch: 'off', homeConnection: 'off' } as const;
    expect(meet(event, rules)?.findings).toEqual([]);
    const met = meet(event, { ...rules, ownNames: ['mx2.house.example.org'] });
    expect(met?.findings.map(({ rule }) => rule)).toEqual(['impossible-helo']);
  });
});
