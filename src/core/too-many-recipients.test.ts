/** SND-3: what no limit ever lets through is refused at once; the rest is asked to come again. */
import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../test/platform.ts';
import { clientText } from './client-text.ts';
import type { SubmissionEvent } from './event.ts';
import type { Limit } from './policy.ts';

const ANN = 'ann@example.org';
const people = (n: number) => Array.from({ length: n }, (_, i) => `p${i}@example.org`);
const limit = (changes: Partial<Limit>): Limit => ({
  scope: 'account',
  count: 'recipients',
  windowSeconds: 3600,
  limit: 10,
  burst: 5,
  action: 'throttle',
  ...changes,
});
const DAY = limit({ windowSeconds: 86_400, limit: 12, burst: 0 });

describe('a message with more recipients than fit', () => {
  /** limits, recipients, changes, verdict, because. */
  // prettier-ignore
  const TABLE: readonly (readonly [
    readonly Limit[], number, Partial<SubmissionEvent>, string, string,
  ])[] = [
    [[limit({})], 15, {}, 'pass', 'limit and burst together are enough'],
    [[limit({})], 16, {}, 'reject', 'no waiting makes room for it'],
    [[limit({}), DAY], 13, {}, 'reject', 'of several windows the tightest one'],
    [[limit({}), DAY], 12, {}, 'pass', 'it fits into both'],
    [[limit({ action: 'hold' })], 16, {}, 'hold', 'a person looks at it'],
    [[limit({ action: 'observe' })], 16, {}, 'pass', 'it is only watched'],
    [[limit({ scope: 'platform' })], 16, {}, 'reject', 'whose limit it is does not matter'],
    [[limit({ count: 'messages' })], 16, {}, 'pass', 'it is one message'],
    [[limit({})], 0, { recipientCount: 999_999_999_999 }, 'reject', 'where they are only counted, too'],
  ];

  it.each(TABLE)('SND-3: %j %i %j: %s, %s', (limits, count, changes, verdict) => {
    const p = createPlatform({ rules: { limits } });
    const judged = p.submit(ANN, { envelopeRecipients: people(count), ...changes });
    expect(judged.verdict).toBe(verdict);
  });

  it('SND-3: is deferred where waiting helps, and let go then', () => {
    const p = createPlatform({ rules: { limits: [limit({})] } });
    expect(p.submit(ANN, { envelopeRecipients: people(10) }).verdict).toBe('pass');
    const message = { envelopeRecipients: people(15) };
    expect(p.submit(ANN, message).verdict).toBe('defer');
    p.wait(2 * 3_600_000);
    expect(p.submit(ANN, message).verdict).toBe('pass');
  });

  it('SND-3: at a recipient it is deferred: those beyond may be sent to later', () => {
    const p = createPlatform({ rules: { limits: [limit({})] } });
    const judged = p.checkSubmit(ANN, { envelopeRecipients: people(16) });
    expect(judged.verdict).toBe('defer');
    expect(clientText(judged)).toContain('Send it in parts, to at most 15 each.');
  });

  it('SND-3: is refused with what to do', () => {
    const p = createPlatform({ rules: { limits: [limit({})] } });
    const judged = p.submit(ANN, { envelopeRecipients: people(16) });
    expect(clientText(judged)).toBe(
      `The message has too many recipients. Send it in parts, to at most 15 each. Reference ${judged.reference}`,
    );
    expect(judged.reasons[0]?.text).toContain(
      '16 more asked for; the limit for this account is 10',
    );
  });
});
