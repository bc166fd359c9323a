/**
 * SND-10: systems that go crazy. Of one form of message to the same few people the first in an hour go,
 * the others wait in the queue of whoever sends them, and their owner is told with a counter (design
 * 1.6, rung R). What waits is nobody's theft: no rung is climbed.
 */
import { recipientCount, type AccountClass } from '../event.ts';
import { MOST_IN_STORM } from '../profile/storm-slots.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

/** Those that repeat themselves when something breaks. Programs write to one inbox all day: they have limits. */
const REPEATERS: ReadonlySet<AccountClass> = new Set(['system', 'device']);
/** So many of one form and to the same people are news. */
const FIRST = 10;
/** Who sends as many all the time is used to it: so many hours' usual mail goes in one. */
const USUAL_HOURS = 3;
const FEW_RECIPIENTS = 10;
const RETRY_SECONDS = 600;
const HOUR_MS = 3_600_000;

/** What tells one storm from another: whom it goes to and how it is made; eight bits. */
export function stormOf(subject: SubmissionSubject): number | undefined {
  const { event, facts, content, world } = subject;
  const of = recipientCount(event);
  if (!REPEATERS.has(facts.class) || of === 0 || of > FEW_RECIPIENTS) return undefined;
  const derived = content?.derived;
  const form =
    derived === undefined
      ? lengthOf(event.sizeBytes ?? 0)
      : `${derived.headerShape ?? ''}|${derived.mimeShape ?? ''}|${lengthOf(derived.words ?? 0)}`;
  const to = [...event.envelopeRecipients].sort().join(' ');
  return world.hash.low(`storm|${to}|${form}`) & 0xff;
}

/** Numbers and names in a pattern change its length by little. */
const lengthOf = (size: number): string => String(Math.round(Math.log2(size + 1)));

export const hourOf = (nowMs: number): number => Math.floor(nowMs / HOUR_MS) & 0xffff;

export function alertStorm(subject: SubmissionSubject): Finding | undefined {
  const { profile, nowMs, rules } = subject;
  if (rules.storms === 'off') return undefined;
  const storm = stormOf(subject);
  if (storm === undefined) return undefined;
  const sent = profile.detection.stormCount(storm, hourOf(nowMs));
  const usual = (profile.usualMessagesPerDay * USUAL_HOURS) / 24;
  const most = Math.ceil(Math.max(FIRST, usual));
  // Who sends more than is counted has limits of its own.
  if (sent < most || most >= MOST_IN_STORM) return undefined;
  return {
    rule: 'alert-storm',
    practice: 'SND-10',
    action: rules.storms,
    retryAfterSeconds: RETRY_SECONDS,
    cause: 'alert-storm',
    text: `${sent} messages of this form went to the same ${recipientCount(subject.event)} recipients in this hour; ${most} go at once, the others wait and come again.`,
    figures: [
      {
        name: 'Messages of one form to the same people in this hour',
        observed: String(sent + 1),
        usual: `at most ${most}`,
      },
    ],
  };
}
