/** INB-1, INB-2 at the policy door: services that `inbound_contexts` names, and never a submission. */
import { describe, expect, it } from 'vitest';
import type { ConnectionEvent } from '../../core/event.ts';
import type { Verdict, VerdictKind } from '../../core/verdict.ts';
import { formatPolicyAnswer, POLICY_ATTRIBUTES } from '../../protocol/postfix-policy.ts';
import { InboundConnections, type Met } from './inbound.ts';
import type { Attributes } from './submission.ts';

function request(changes: Partial<Attributes> = {}): Attributes {
  const empty = Object.fromEntries(POLICY_ATTRIBUTES.map((name) => [name, ''])) as Attributes;
  return {
    ...empty,
    client_address: '203.0.113.9',
    client_port: '4711',
    client_name: 'unknown',
    reverse_client_name: 'mx.bank.example.com',
    helo_name: 'mx.bank.example.com',
    recipient: 'ann@house.example.org',
    policy_context: 'mx',
    ...changes,
  };
}

function door(kind: VerdictKind, more: Partial<Verdict> = {}) {
  const events: ConnectionEvent[] = [];
  const failures: unknown[] = [];
  const connections = new InboundConnections(
    { mta: 'mx1', onFailure: 'pass', policy: () => ({ inboundContexts: ['mx'] }) },
    {
      newId: () => `e${events.length}`,
      now: () => 0,
      meet: (event) => {
        events.push(event);
        if (more.for === 'broken') throw new Error('broken');
        return verdictOn(event, kind, more);
      },
    },
    { judgingFailed: (_, error) => void failures.push(error) },
  );
  const asker: { met?: Met } = {};
  const say = (changes: Partial<Attributes> = {}): string => {
    const action = connections.meet(request(changes), asker);
    if (action instanceof Promise) throw new Error('Nothing here has to be waited for.');
    return formatPolicyAnswer(action).trim();
  };
  return { say, events, failures };
}

function verdictOn(event: ConnectionEvent, verdict: VerdictKind, more: Partial<Verdict>): Verdict {
  const who = `address:${event.clientAddress}`;
  const reasons = [{ signal: 'forward-mismatch', practice: 'INB-1', weight: 0, text: 'x' }];
  return {
    ...{ kind: 'verdict', for: event.id, at: event.at, account: who, identity: who, context: '' },
    ...{ verdict, enforced: true, rung: 'observe', score: 0, reasons, reference: '8F2K' },
    ...more,
  };
}

const TEXT = 'The reverse name of your server does not lead back to its address. Reference 8F2K';

describe('INB-1, INB-2: what Postfix is answered', () => {
  it.each<[VerdictKind, Partial<Verdict>, string]>([
    ['pass', {}, 'action=DUNNO'],
    ['defer', {}, `action=DEFER_IF_PERMIT 4.7.25 ${TEXT}`],
    ['reject', {}, `action=REJECT 5.7.25 ${TEXT}`],
    ['reject', { enforced: false }, 'action=DUNNO'],
    [
      'reject',
      { reasons: [{ signal: 'impossible-helo', weight: 0, text: 'x' }] },
      'action=REJECT 5.7.1 The name your server says in HELO cannot be its name. Reference 8F2K',
    ],
  ])('%s %j: %s', (kind, more, answer) => {
    expect(door(kind, more).say()).toBe(answer);
  });

  it('is asked of the gate once a connection, and again after another HELO', () => {
    const { say, events } = door('reject');
    const first = say();
    expect(say({ recipient: 'bob@house.example.org' })).toBe(first);
    expect(events).toHaveLength(1);
    say({ helo_name: 'other.example.net' });
    say({ client_port: '4712' });
    expect(events).toHaveLength(3);
  });

  it('comes from what Postfix tells: "unknown" is no name, and names have a bound', () => {
    const { say, events } = door('pass');
    say({ helo_name: 'x'.repeat(1000) });
    expect(events[0]).toEqual({
      ...{ v: 1, kind: 'connection', id: 'e0', at: '1970-01-01T00:00:00.000Z', mta: 'mx1' },
      ...{
        clientAddress: '203.0.113.9',
        reverseName: 'mx.bank.example.com',
        service: 'mx',
        clientPort: 4711,
      },
      heloName: 'x'.repeat(255),
    });
  });

  it.each([
    ['unknown', 'unknown', undefined],
    ['', 'unknown', undefined],
    ['', '', true],
    ['unknown', '', true],
    ['mx.bank.example.com', '', undefined],
  ])(
    'tells "no name" from "not told": client_name "%s", reverse_client_name "%s"',
    (client_name, reverse_client_name, namesUntold) => {
      const { say, events } = door('pass');
      say({ client_name, reverse_client_name });
      expect(events[0]?.namesUntold).toBe(namesUntold);
    },
  );

  it.each([
    { recipient: 'postmaster@house.example.org' },
    { recipient: 'Abuse@house.example.org' },
    { recipient: 'postmaster' },
    { recipient: '"Abuse"@house.example.org' },
    { sasl_username: 'ann@house.example.org' },
  ])('never refuses %j', (changes) => {
    const { say, events } = door('reject');
    expect(say(changes)).toBe('action=DUNNO');
    expect(events).toEqual([]);
  });

  it('is the failure stance where the gate fails', () => {
    const { say, failures } = door('reject', { for: 'broken' });
    expect(say()).toBe('action=DUNNO');
    expect(failures).toHaveLength(1);
  });
});
