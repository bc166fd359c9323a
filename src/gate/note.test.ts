/** Facts that ask for no verdict. */
import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../test/platform.ts';

const ANN = 'ann@example.org';

/** An account on the hold rung, after use from too many networks. */
function held() {
  const p = createPlatform({ accounts: [{ account: ANN }] });
  for (let i = 0; i <= p.policy.rules.places.maximum; i++) {
    p.login(ANN, { clientAddress: `192.0.${i}.1` });
  }
  expect(p.submit(ANN).verdict).toBe('hold');
  p.wait(60_000);
  return p;
}

describe('a noted fact', () => {
  it.each(['unlock', 'release'] as const)('%s: the account is judged anew, ACC-12', (kind) => {
    const p = held();
    const event = { v: 1, kind, id: 'n1', at: p.at(), by: 'postmaster', why: '' } as const;
    void p.gate.note({ ...event, account: 'Ann@Example.org' });
    p.wait(1000);
    expect(p.submit(ANN)).toMatchObject({ verdict: 'pass', rung: 'observe' });
  });

  it('reset: what the account used of its limits is forgotten, and of nobody else’s (SND-1)', () => {
    const rule = {
      count: 'messages',
      windowSeconds: 86_400,
      burst: 0,
      action: 'throttle',
    } as const;
    const limits = [
      { ...rule, scope: 'account', limit: 1 },
      { ...rule, scope: 'platform', limit: 2 },
    ] as const;
    const p = createPlatform({ rules: { limits } });
    expect([p.submit(ANN).verdict, p.submit(ANN).verdict]).toEqual(['pass', 'defer']);
    const event = { v: 1, kind: 'reset', id: 'n1', at: p.at(), by: 'x', why: '' } as const;
    void p.gate.note({ ...event, account: 'Ann@Example.org' });
    expect(p.submit(ANN).verdict).toBe('pass');
    void p.gate.note({ ...event, id: 'n2', account: ANN });
    expect(p.submit(ANN).reasons[0]?.text).toContain('platform');
  });

  it('counts once however often it comes, and is in the journal once', () => {
    const p = held();
    const event = {
      v: 1,
      kind: 'password',
      id: 'n1',
      at: p.at(),
      account: ANN,
      by: 'operator',
    } as const;
    void p.gate.note(event);
    void p.gate.note(event);
    expect(p.intents.filter((intent) => intent.kind === 'password-changed')).toHaveLength(1);
    expect(p.lines.filter((line) => line.kind === 'password')).toHaveLength(1);
  });

  it('of an account nobody knows leaves no trace in what is known', () => {
    const p = createPlatform();
    const event = { v: 1, kind: 'unlock', id: 'n1', at: p.at(), by: 'x', why: '' } as const;
    void p.gate.note({ ...event, account: 'nobody@example.org' });
    expect(p.standing.stats().records).toBe(0);
  });
});
