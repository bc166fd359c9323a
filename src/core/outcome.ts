/**
 * What an outcome says of the account that sent the message, in nats (detection design 1.2 and 1.4).
 * A full mailbox, a server that does not answer, a broken signature say nothing of abuse.
 */
import type { Four } from './detection/hypotheses.ts';
import type { DeliveryResult } from './event.ts';
import type { ReplyClass } from './reply-class.ts';

/** A reply as it was understood. */
export interface OutcomeReading {
  readonly class: ReplyClass;
  /** The recipient will refuse whatever is sent. */
  readonly hard: boolean;
}

/** People's address books are mostly right: good news, a little for each recipient. */
const DELIVERED = -0.12;
export const COMPLAINT = 4.6;
/** Without a token of ours only whoever reports says whose message it was. */
export const COMPLAINT_WITHOUT_TOKEN = 1.5;
/** Bounces for mail its owner never sent: somebody else sends with the account (FBK-3). */
export const COMPLAINT_ABOUT_BOUNCE = 3;

/** Refused for good. */
const FAILED: Readonly<Partial<Record<ReplyClass, number>>> = {
  'spam-refused': 4.5,
  virus: 4,
  // Also what closed lists and servers with odd rules answer.
  policy: 1.5,
  'rate-limited': 0.5,
};

/** Told to come later. */
const DEFERRED: Readonly<Partial<Record<ReplyClass, number>>> = {
  'spam-refused': 0.5,
  'rate-limited': 0.5,
};

/** Wrong addresses among those of thieves and of people, and how many messages the latter is worth. */
const ATTACK_UNKNOWN = 0.12;
const USUAL_UNKNOWN = 0.008;
const USUAL_STRENGTH = 100;
/** Who has many all the time is told little by one more, but not nothing. */
const LEAST_UNKNOWN = 0.5;
/** Of somebody who hardly ever has one. */
const MOST_UNKNOWN = 2.7;

/** A recipient that does not exist, against how often that happens to the account. */
function unknownWeight({ failed, of }: UsualFailures): number {
  const usual = (failed + USUAL_STRENGTH * USUAL_UNKNOWN) / (of + USUAL_STRENGTH);
  return Math.min(MOST_UNKNOWN, Math.max(LEAST_UNKNOWN, Math.log(ATTACK_UNKNOWN / usual)));
}

/** Of an account, before the last day. */
export interface UsualFailures {
  readonly failed: number;
  readonly of: number;
}

const NOTHING_USUAL: UsualFailures = { failed: 0, of: 0 };

export function deliveryWeight(
  result: DeliveryResult,
  reading: OutcomeReading,
  usual = NOTHING_USUAL,
): number {
  if (result === 'delivered') return DELIVERED;
  if (result === 'deferred') return DEFERRED[reading.class] ?? 0;
  // "User unknown" after the text is often a refusal of something else.
  if (reading.class === 'unknown-recipient' && !reading.hard) return 0.5;
  if (reading.class === 'unknown-recipient') return unknownWeight(usual);
  return FAILED[reading.class] ?? 0;
}

/** What is written for one reader is refused as spam less often: of 6 in a hundred 2, forged requests 1. */
const LITTLE = 2;

/** Wrong addresses are the mark of lists; who writes to people he found in the mailbox has few. */
export function outcomeBy(replyClass: ReplyClass, result: DeliveryResult, weight: number): Four {
  const isGood = result === 'delivered';
  if (replyClass === 'spam-refused' && weight > LITTLE) {
    return [weight, weight - 1, weight - 1, weight - 1.7];
  }
  if (!isGood && replyClass !== 'unknown-recipient') return [weight, weight, weight, weight];
  return [weight, weight / 3, weight / 3, weight / 3];
}

/** What a report says: against the account, for it, or nothing of it (RFC 5965, RFC 6591). */
export function complaintMeaning(feedbackType: string): 'complaint' | 'taken-back' | 'none' {
  const type = feedbackType.toLowerCase();
  if (type === 'not-spam') return 'taken-back';
  return type === 'auth-failure' || type === 'dmarc' ? 'none' : 'complaint';
}
