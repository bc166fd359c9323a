/**
 * More messages today than on any usual day. A mass of answers to old conversations is how a thief uses
 * a mailbox he has read; each by itself looks right (detection design 1.6, own rate).
 */
import type { Four } from '../detection/hypotheses.ts';
import type { Evidence } from '../evidence.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

/** As many times the usual, and never fewer than this: quiet people have a busy day too. */
const TIMES = 3;
const FEWEST = 15;
/** Days before a day can be busier than others. */
const DAYS = 7;
/** Payment fraud is a message or two. */
const BY: Four = [0.8, 0.8, 1.6, 0];

export function busyDay(subject: SubmissionSubject): Evidence | undefined {
  const { profile, facts, nowMs, context } = subject;
  if (facts.class !== 'person' || profile.activeDays < DAYS) return undefined;
  const today = profile.messagesOn(nowMs) + 1;
  const usual = profile.usualMessagesPerDay;
  if (today <= Math.max(FEWEST, TIMES * usual)) return undefined;
  // The owner at home is not to blame for what a thief sends elsewhere on the same day.
  const index = profile.contextIndex(context.key);
  if (index >= 0 && profile.detection.isTrusted(index)) return undefined;
  return {
    signal: 'busy-day',
    practice: 'SND-6',
    family: 'recipients',
    weight: BY[0],
    by: BY,
    text: `Message ${today} of this day; ${Math.max(1, Math.round(usual))} a day are usual.`,
  };
}
