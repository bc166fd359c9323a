/**
 * Whom a bounce is believed (FBK-8, decision 0023). What the mail log tells and what our own mail server
 * made are believed as they stand; so is a domain's own signature about its own recipients. Whoever has a
 * message knows its token and its other recipients and can write any number of bounces: what is only
 * said counts little, a few times a week, in no share, and for no recipient's suppression.
 */
import type { DeliveryEvent } from '../core/event.ts';
import type { KeyedHash } from '../core/hash.ts';
import { domainOf } from '../core/identity.ts';
import type { SentMessage } from '../core/profile/sent-record.ts';
import { toSeconds } from '../core/profile/record.ts';
import { WeekRecord } from '../core/profile/week-record.ts';
import type { StandingRecord } from '../store/standing.ts';

/** Together they never reach the first rung (5.5 as shipped). */
export const HEARSAY_A_WEEK = 5;
export const MOST_HEARSAY_WEIGHT = 0.5;

/** A bounce by mail that nobody vouches for. */
export const isHearsay = ({ via, verified }: DeliveryEvent): boolean =>
  via === 'dsn' && verified !== true;

interface Failure {
  readonly event: DeliveryEvent;
  readonly sent: SentMessage;
  readonly recipient: string;
  readonly nowMs: number;
  /** What of bounces counts once a week of the account. */
  readonly record: StandingRecord;
  readonly hash: KeyedHash;
}

export interface Belief {
  readonly is: 'counted' | 'repeated' | 'capped';
  readonly record: StandingRecord;
}

/** Whether a failure counts, and the record with it. */
export function believe(failure: Failure): Belief {
  const { event, sent, recipient, nowMs, hash } = failure;
  const week = new WeekRecord(failure.record);
  const bounced = hash.low(`bounced|${recipient}`);
  const known = week.of(bounced, nowMs);
  const done = (is: Belief['is']): Belief => ({ is, record: week.toBytes() });
  if (event.via === 'dsn' && known !== undefined) return done('repeated');
  if (isHearsay(event)) return done(hear(week, failure));
  const message = toSeconds(sent.atMs);
  // A bounce of the same message came before its line in the log.
  if (known?.mark === message) return done('repeated');
  const isNoted = week.note(bounced, message, nowMs);
  return done(isNoted || event.via !== 'dsn' ? 'counted' : 'capped');
}

/** Once a week of a recipient, of a message and of a domain, and few in all. */
function hear(week: WeekRecord, { sent, recipient, nowMs, hash }: Failure): Belief['is'] {
  const one = hash.low(`said|${recipient}`);
  if (week.of(one, nowMs) !== undefined) return 'repeated';
  const message = hash.low(`said of|${sent.identity}|${sent.atMs}`);
  const domain = hash.low(`said by|${domainOf(recipient)}`);
  const all = hash.low('said');
  const isKnown = [message, domain].some((who) => week.of(who, nowMs) !== undefined);
  if (isKnown || !week.countUpTo(all, HEARSAY_A_WEEK, nowMs)) return 'capped';
  for (const who of [one, message, domain]) week.note(who, 0, nowMs);
  return 'counted';
}
