/**
 * One answer after the other from a place hardly known: who has read a stolen mailbox goes through its conversations
 * (detection design 1.2, timing: no human gaps). Weak on purpose, for owners clear their inboxes, too.
 */
import type { Four } from '../detection/hypotheses.ts';
import type { Evidence } from '../evidence.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

const ROW_SECONDS = 3_600;
/** The message itself included. */
const MESSAGES = 3;
/** Days of use before it is known what is usual. */
const DAYS = 7;
/** Of mail a day this share falls into a busy hour. */
const HOURS = 8;
/** How often a thief's answer stands in a row, and anybody's at least. */
const THIEF = 0.75;
const ANYBODY = 0.2;
/** Less is not worth a sum. */
const LEAST = 0.1;

export function answersInARow(subject: SubmissionSubject): Evidence | undefined {
  const { content, context, facts, nowMs, profile } = subject;
  if (facts.class !== 'person' || content?.derived.isReply !== true) return undefined;
  if (profile.activeDays < DAYS) return undefined;
  const { detection } = profile;
  const index = profile.contextIndex(context.key);
  // All that was sent lately is kept of places on probation only.
  if (index < 0 || detection.isTrusted(index)) return undefined;
  const since = nowMs / 1000 - ROW_SECONDS;
  let row = 1;
  for (const { seconds } of detection.copies()) if (seconds > since) row += 1;
  if (row < MESSAGES) return undefined;
  const usual = profile.usualMessagesPerDay;
  const expected = usual / HOURS;
  const owner = Math.max(ANYBODY, 1 - Math.exp(-expected) * (1 + expected));
  const weight = Math.log(THIEF / owner);
  if (weight < LEAST) return undefined;
  const by: Four = [0, 0, weight, 0];
  return {
    signal: 'answers-in-a-row',
    practice: 'SND-6',
    family: 'timing',
    weight,
    by,
    text: `An answer, and message ${row} within an hour to strangers or from places hardly known; ${Math.max(1, Math.round(usual))} a day are usual.`,
  };
}
