/** CON-3: what really waits in the hold queue gets an owner, and nothing else does. */
import { expect, test } from 'vitest';
import type { SubmissionEvent } from './event.ts';
import { holdIntentsOf } from './hold-intent.ts';
import type { SubmissionSubject } from './rules/finding.ts';
import type { AccountClass } from './event.ts';
import type { Verdict, VerdictKind } from './verdict.ts';

const EVENT: SubmissionEvent = {
  v: 1,
  kind: 'submission',
  id: 'e1',
  at: '2026-03-01T10:00:00.000Z',
  mta: 'mx1.example.org',
  account: 'Ann@example.org',
  queueId: '4jWSb00VPKzJfbV',
  clientAddress: '192.0.2.7',
  envelopeSender: 'ann@example.org',
  envelopeRecipients: ['bob@example.net', 'eve@example.net'],
  message: { subject: 'hello' },
};

function intents(
  kind: VerdictKind,
  changes: Partial<SubmissionEvent> = {},
  more: {
    readonly enforced?: boolean;
    readonly class?: AccountClass;
    readonly notLookedAt?: true;
  } = {},
) {
  const event: SubmissionEvent = { ...EVENT, ...changes };
  const verdict: Verdict = {
    ...{ kind: 'verdict', for: 'e1', at: EVENT.at, account: 'ann@example.org' },
    ...{ identity: 'ann@example.org/main', context: '5f1c', verdict: kind, rung: 'hold' },
    ...{ enforced: more.enforced ?? true, score: 9, reasons: [], reference: '8F2K9A1B' },
    ...(kind === 'defer' ? { retryAfterSeconds: 300 } : {}),
    ...(more.notLookedAt && { notLookedAt: true }),
  };
  const subject = { event, facts: { class: more.class ?? 'person' } } as SubmissionSubject;
  return holdIntentsOf(subject, verdict, []);
}

test('an enforced hold has everything that finds the message again', () => {
  expect(intents('hold')).toMatchObject([
    {
      ...{ kind: 'hold', mta: 'mx1.example.org', queueId: '4jWSb00VPKzJfbV', recipients: 2 },
      ...{ subject: 'hello', submission: 'e1', reference: '8F2K9A1B' },
    },
  ]);
  expect(intents('hold')[0]).not.toHaveProperty('releaseAt');
});

test("a person's deferred message is a short hold that lets itself go in five minutes", () => {
  expect(intents('defer')[0]?.releaseAt).toBe('2026-03-01T10:05:00.000Z');
});

test('nothing is held where the door tells the client to come again', () => {
  expect(intents('defer', { comesAgain: 'slowed' })).toEqual([]);
  expect(intents('defer', { comesAgain: 'all' })).toEqual([]);
  expect(intents('hold', { comesAgain: 'all' })).toEqual([]);
  expect(intents('hold', { comesAgain: 'slowed' })).toHaveLength(1);
});

test.each([
  ['what passes', intents('pass')],
  ['what is refused', intents('reject')],
  ['observe mode', intents('hold', {}, { enforced: false })],
  ['a message without a queue id', intents('hold', { queueId: '' })],
  ['a transaction that was given up', intents('hold', { abandoned: true })],
  ['an application that tries again', intents('defer', {}, { class: 'application' })],
  ['what nobody could look at', intents('defer', {}, { notLookedAt: true })],
  ['mail without AUTH', intents('defer', { account: '' })],
])('%s holds nothing', (_what, made) => expect(made).toEqual([]));

test('a deferred transaction whose message nobody saw is answered, not held', () => {
  const { message: _, ...seen } = EVENT;
  const verdict = { verdict: 'defer', enforced: true, at: EVENT.at } as Verdict;
  const subject = { event: seen, facts: { class: 'person' } } as SubmissionSubject;
  expect(holdIntentsOf(subject, verdict, [])).toEqual([]);
});
