/** SND-6: "their mail waits five minutes" is true of whoever comes again, and of what is counted meanwhile. */
import { describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../core/event.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { OutcomeRecord } from '../core/profile/outcome-record.ts';
import type { Verdict } from '../core/verdict.ts';
import { createPlatform, type Platform } from '../../test/platform.ts';
import { identityKey, outcomeKey } from './submission-frame.ts';

const ANN = 'ann@example.org';
const ABROAD = '10.3.0.1';
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** After weeks at home mail to strangers from another country waits. */
function away(mode: 'enforce' | 'observe' = 'enforce'): Platform {
  const p = createPlatform({ rules: { limits: [], foreignSender: 'observe', mode } });
  for (let i = 0; i < 80; i += 1) {
    p.submit(ANN, { clientAddress: '10.0.0.1', envelopeRecipients: [`friend${i % 5}@dest.test`] });
    p.wait(6 * HOUR);
  }
  for (const stranger of [0, 1]) {
    write(p, stranger);
    p.wait(5 * HOUR);
  }
  return p;
}

function write(p: Platform, stranger: number, more: Partial<SubmissionEvent> = {}): Verdict {
  return p.submit(ANN, {
    clientAddress: ABROAD,
    envelopeRecipients: [`stranger${stranger}@elsewhere.test`],
    sizeBytes: 2_000,
    ...more,
  });
}

const signals = ({ reasons }: Verdict): readonly string[] => reasons.map(({ signal }) => signal);

describe('mail to a stranger that is asked to wait', () => {
  it('goes when it comes again after five minutes, and not before', () => {
    const p = away();
    const first = write(p, 2);
    expect([first.verdict, first.retryAfterSeconds]).toEqual(['defer', 300]);
    expect(signals(first)).toContain('slow-strangers');
    p.wait(4 * MINUTE);
    expect(write(p, 2).verdict).toBe('defer');
    p.wait(MINUTE);
    expect(write(p, 2).verdict).toBe('pass');
  });

  it('is weighed once, however often it comes again', () => {
    const p = away();
    const scores = [write(p, 2).score];
    for (let i = 0; i < 6; i += 1) {
      p.wait(30_000);
      scores.push(write(p, 2).score);
    }
    expect(Math.max(...scores)).toBeLessThan((scores[0] ?? 0) + 0.05);
    // Another stranger is another draw.
    expect(write(p, 3).score).toBeGreaterThan(Math.max(...scores) + 0.1);
  });

  it('is weighed anew where it is another message to the same people', () => {
    const p = away();
    const first = write(p, 2);
    p.wait(6 * MINUTE);
    const other = write(p, 2, { envelopeSender: 'x@freemail.test' });
    expect(other.score).toBeGreaterThan(first.score + 2);
    expect(other.verdict).toBe('hold');
  });

  it('goes one after the other where several wait', () => {
    const p = away();
    for (const stranger of [2, 3]) expect(write(p, stranger).verdict).toBe('defer');
    p.wait(10 * MINUTE);
    expect([write(p, 2).verdict, write(p, 3).verdict]).toEqual(['pass', 'defer']);
    p.wait(5 * MINUTE);
    expect(write(p, 3).verdict).toBe('pass');
  });

  it('is known by the last question where the transaction ended with the answer', () => {
    const p = away();
    expect(write(p, 2, { abandoned: true }).verdict).toBe('defer');
    p.wait(5 * MINUTE);
    expect(write(p, 2).verdict).toBe('pass');
  });

  it('has left where nothing is enforced, and counts as sent', async () => {
    const p = away('observe');
    const messages = async (): Promise<number> => {
      const [record] = await p.standing.read([identityKey(`${ANN}/main`)]);
      return new IdentityProfile(record).messages;
    };
    const before = await messages();
    for (let stranger = 2; stranger < 6; stranger += 1) {
      expect(write(p, stranger).verdict).toBe('defer');
      p.wait(HOUR);
    }
    expect(await messages()).toBe(before + 4);
  });

  it('is one of those by which failures are measured, where it has left', async () => {
    const p = away('observe');
    const shares = async () => (await p.inspector.account(ANN))?.outcomes.sharesOfWeek;
    const before = await shares();
    for (let stranger = 2; stranger < 8; stranger += 1) {
      const queueId = `Q${stranger}`;
      expect(write(p, stranger, { mta: 'mx1', queueId }).verdict).toBe('defer');
      const recipient = `stranger${stranger}@elsewhere.test`;
      const result = stranger === 2 ? 'bounced' : 'delivered';
      await p.gate.note({
        ...{ v: 1, kind: 'delivery', id: `d${stranger}`, at: p.at(), mta: 'mx1', queueId },
        ...{ recipient, result, status: result === 'bounced' ? '5.1.1' : '2.0.0' },
        ...(result === 'bounced' && { class: 'unknown-recipient', hard: true }),
      });
      p.wait(MINUTE);
    }
    // Failures and what they are measured by are of the same mail.
    expect((await shares())?.of).toBe((before?.of ?? 0) + 6);
    const [record] = await p.standing.read([outcomeKey(ANN)]);
    expect(new OutcomeRecord(record).sums('week', p.now())).toMatchObject({ known: 6, hard: 1 });
  });

  it('has not left where the door cannot hold it and tells it to come again', async () => {
    const p = away();
    const messages = async (): Promise<number> => {
      const [record] = await p.standing.read([identityKey(`${ANN}/main`)]);
      return new IdentityProfile(record).messages;
    };
    const before = await messages();
    const held = { queueId: '4jWSb00VPKzJfbV', message: { subject: 'hello' } };
    expect(write(p, 2, { ...held, comesAgain: 'slowed' }).verdict).toBe('defer');
    expect(await messages()).toBe(before);
    p.wait(5 * MINUTE);
    expect(write(p, 2, { ...held, comesAgain: 'slowed' }).verdict).toBe('pass');
    expect(await messages()).toBe(before + 1);
    // A short hold lets itself go and has left.
    expect(write(p, 3, held).verdict).toBe('defer');
    expect(await messages()).toBe(before + 2);
  });

  it('is not asked at its recipients, of which nobody knows yet whether they have waited', () => {
    const p = away();
    const envelopeRecipients = Array.from({ length: 40 }, (_, i) => `s${i}@elsewhere.test`);
    const many = { clientAddress: ABROAD, sizeBytes: 2_000, envelopeRecipients };
    expect(signals(p.checkSubmit(ANN, many))).not.toContain('slow-strangers');
    expect(signals(p.submit(ANN, many))).toContain('slow-strangers');
  });
});
