/** SND-7: what an account that is new may write to strangers, and what takes it back. */
import { describe, expect, it } from 'vitest';
import type { AccountFacts } from '../../src/core/account.ts';
import type { RuleSet } from '../../src/core/policy.ts';
import { budgetOf } from '../../src/core/rules/new-customer.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { createPlatform, type Platform } from '../platform.ts';

const NEW = 'new@example.org';
const START = '2026-03-02T00:10:00.000Z';
const HOUR_MS = 3_600_000;

function open(
  facts: Partial<AccountFacts> = { since: START },
  rules: Partial<RuleSet> = {},
): Platform {
  return createPlatform({
    startAt: START,
    accounts: [{ account: NEW, ...facts }],
    rules: { limits: [], canary: 'off', ...rules },
  });
}

let count = 0;
const stranger = (): string => `first${(count += 1)}@dest.test`;

/** Strangers, one a message, a minute apart; how many passed before the first that waits. */
function approach(p: Platform, most: number): number {
  for (let i = 0; i < most; i += 1) {
    p.wait(60_000);
    if (write(p, stranger()).verdict !== 'pass') return i;
  }
  return most;
}

const write = (p: Platform, recipient: string): Verdict =>
  p.submit(NEW, { clientAddress: '10.0.0.1', envelopeRecipients: [recipient] });

describe('SND-7: a new account', () => {
  it('writes to 50 new people on the first day; then strangers wait and known people do not', () => {
    const p = open();
    write(p, 'friend@dest.test');
    expect(approach(p, 60)).toBe(49);
    expect(write(p, stranger())).toMatchObject({ verdict: 'defer', retryAfterSeconds: 3_600 });
    expect(write(p, 'friend@dest.test').verdict).toBe('pass');
  });

  it('is told how old it is, what it has used and what it may', () => {
    const p = open();
    approach(p, 60);
    const [reason] = write(p, stranger()).reasons;
    expect(reason).toMatchObject({ signal: 'new-customer', practice: 'SND-7' });
    expect(reason?.text).toBe(
      'New for 0 days, it has written to 50 people for the first time today and asks for 1 more; ' +
        '50 a day are allowed at that age and grow each day. Mail to people it wrote to before goes on.',
    );
  });

  it('may write to half as many again on the next day', () => {
    const p = open();
    approach(p, 60);
    p.wait(24 * HOUR_MS);
    expect(approach(p, 90)).toBe(75);
  });

  // prettier-ignore
  const budgets = [
    // days clean   budget
    [0,     true,    50],
    [1,     true,    75],
    [4,     true,   253],
    [8,     true, 1_000],
    [29,    true, 1_000],
    [8,     false,   25],
  ] as const;

  it.each(budgets)('of %d days, clean %s, may write to %d new people', (days, isClean, budget) => {
    expect(budgetOf(days, isClean)).toBe(budget);
  });

  it('gets half of the first day while its mail comes back', async () => {
    const p = open();
    for (let i = 0; i < 20; i += 1) {
      p.wait(60_000);
      const recipient = stranger();
      const queue = { mta: 'mx1', queueId: `Q${i}` };
      p.submit(NEW, { clientAddress: '10.0.0.1', envelopeRecipients: [recipient], ...queue });
      await p.gate.note({
        ...{ v: 1, kind: 'delivery', id: `d${i}`, at: p.at(), recipient, ...queue },
        ...(i < 3
          ? { result: 'bounced' as const, status: '5.1.1' }
          : { result: 'delivered' as const }),
      });
    }
    expect(approach(p, 30)).toBeLessThanOrEqual(5);
  });
});

describe('SND-7 leaves alone', () => {
  // prettier-ignore
  const others: readonly {
    readonly who: string;
    readonly facts: Partial<AccountFacts>;
    readonly rules?: Partial<RuleSet>;
  }[] = [
    { who: 'everybody on a fresh installation: no directory says who is new', facts: {} },
    { who: 'an account of 30 days', facts: { since: '2026-01-31T00:00:00.000Z' } },
    { who: 'an account dated ahead', facts: { since: '2026-05-01T00:00:00.000Z' } },
    { who: 'an account whose date makes no sense', facts: { since: 'soon' } },
    { who: 'an application', facts: { since: START, class: 'application' } },
    { who: 'a list', facts: { since: START, class: 'list' } },
    { who: 'everybody where it is off', facts: { since: START }, rules: { newAccounts: 'off' } },
    { who: 'everybody where it is only observed', facts: { since: START }, rules: { newAccounts: 'observe' } },
  ];

  it.each(others)('$who', ({ facts, rules }) => {
    expect(approach(open(facts, rules), 70)).toBe(70);
  });
});
