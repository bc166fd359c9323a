/**
 * What comes back changes what is known of the account, credential and context that sent it: counts,
 * evidence, recipients not to be written to again, the canary of a burst (FBK-1, FBK-2, SND-13). What
 * names no submission of ours is backscatter or forged: it is on record and counts for nobody.
 */
import type { DeliveryEvent } from '../core/event.ts';
import { contextText, domainOf, forwarderOf } from '../core/identity.ts';
import { stepLadder } from '../core/ladder.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { deliveryWeight, outcomeBy, type OutcomeReading } from '../core/outcome.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { IdentityProfile, type ContextKey } from '../core/profile/identity-profile.ts';
import { OutcomeRecord } from '../core/profile/outcome-record.ts';
import type { SeenItem } from '../core/profile/seen-record.ts';
import type { SentMessage } from '../core/profile/sent-record.ts';
import {
  findSuppression,
  hasSuppression,
  suppress,
  unsuppress,
} from '../core/profile/suppression-record.ts';
import { WrittenRecord } from '../core/profile/written-record.ts';
import type { Four } from '../core/detection/hypotheses.ts';
import { addLateEvidence, outcomesAgainst } from '../core/score.ts';
import type { RungChange } from '../core/verdict.ts';
import type { StandingRecord } from '../store/standing.ts';
import type { OutcomeFate } from '../telemetry/contract.ts';
import { noteForwardDelivery } from './note-forward.ts';
import { believe, isHearsay, MOST_HEARSAY_WEIGHT } from './bounce-belief.ts';
import { findMessage } from './find-message.ts';
import type { GateParts } from './parts.ts';
import { readDelivery } from './read-delivery.ts';
import { recipientHash, suppressionKey } from './recipients.ts';
import { returnedCount } from './returned-part.ts';
import type { SentMessages } from './sent-messages.ts';
import {
  accountHashOf,
  accountKey,
  bouncedKey,
  identityKey,
  outcomeKey,
  writtenKey,
} from './submission-frame.ts';

export type OutcomeParts = Pick<
  GateParts,
  | 'standing'
  | 'hash'
  | 'policy'
  | 'telemetry'
  | 'journal'
  | 'classifyReply'
  | 'directory'
  | 'effects'
> & { readonly sent: SentMessages };

/** Bare or in angle brackets, in any letter case. */
export const recipientOf = (text: string): string =>
  (text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text).toLowerCase();

export function noteDelivery(event: DeliveryEvent, parts: OutcomeParts): Maybe<void> {
  const { telemetry, classifyReply } = parts;
  const reading = readDelivery(event, classifyReply);
  const what = event.result === 'delivered' ? 'delivered' : reading.class;
  return andThen(fateOf(event, reading, parts), ({ fate, change }) => {
    if (change !== undefined) parts.journal.append(change);
    telemetry.cameBack('delivery', what, fate);
  });
}

function forwardFate(
  delivery: Parameters<typeof noteForwardDelivery>[0],
  parts: OutcomeParts,
): Maybe<Done> | undefined {
  const fate = noteForwardDelivery(delivery, parts);
  return fate === undefined ? undefined : andThen(fate, (done): Done => ({ fate: done }));
}

function fateOf(event: DeliveryEvent, reading: OutcomeReading, parts: OutcomeParts): Maybe<Done> {
  const isBounce = event.via === 'dsn';
  // Good news that anybody can write would clear a thief's name.
  if (isBounce && event.result !== 'bounced') return IGNORED;
  if (event.forward !== undefined) {
    const { at, mta = '', queueId = '' } = event;
    const named = queueId === '' ? undefined : parts.sent.find({ at, mta, queueId }, true);
    return andThen(
      named,
      (sent): Maybe<Done> => forwardFate({ event, reading, sent }, parts) ?? UNMATCHED,
    );
  }
  return andThen(findMessage(event, parts), (sent): Maybe<Done> => {
    // FWD-3: what comes back for forwarded mail is about the forward, and about nobody's own mail. By
    // mail it counts only where it came to the forward's own sender.
    if (isBounce && sent !== undefined && forwarderOf(sent.account) !== undefined) return IGNORED;
    const forwarded = isBounce ? undefined : forwardFate({ event, reading, sent }, parts);
    if (forwarded !== undefined) return forwarded;
    if (sent === undefined) return UNMATCHED;
    const recipient = recipientOf(event.recipient);
    return count(
      {
        event,
        reading,
        sent,
        item: recipientHash(parts.hash)(recipient),
        recipient,
        nowMs: Date.parse(event.at),
      },
      parts,
    );
  });
}

function count(delivery: Delivery, parts: OutcomeParts): Maybe<Done> {
  const { standing, hash } = parts;
  const { event, item } = delivery;
  const { account, identity } = delivery.sent;
  const returned = returnedCount(event.id, hash);
  const keys = [
    outcomeKey(account),
    identityKey(identity),
    writtenKey(account),
    suppressionKey(item),
    accountKey(account),
    bouncedKey(account),
    ...returned.keys,
  ];
  return andThen(standing.read(keys), (records): Maybe<Done> => {
    // FBK-8: who has a message of the account can write any number of bounces, but knows few of the
    // others it wrote to.
    if (event.via === 'dsn' && !new WrittenRecord(records[2]).has(item)) return UNMATCHED;
    const touched = [...touchedBy(delivery, records, hash), ...returned.keys.map(() => true)];
    return standing.update(
      keys.filter((_, i) => touched[i]),
      (chosen) => {
        // Records that stay as they are need not go to the disk again.
        let next = 0;
        const all = keys.map((_, i) => (touched[i] === true ? chosen[next++] : undefined));
        const done = returned.count(all, keys.length - 1)
          ? takeDelivery(delivery, all, parts)
          : REPEATED;
        next = 0;
        keys.forEach((_, i) => {
          if (touched[i] === true) chosen[next++] = all[i];
        });
        return done;
      },
    );
  });
}

interface Delivery {
  readonly event: DeliveryEvent;
  readonly reading: OutcomeReading;
  readonly sent: SentMessage;
  readonly item: SeenItem;
  readonly recipient: string;
  readonly nowMs: number;
}

/** Which of outcomes, identity, recipients, suppression and account a delivery changes. */
function touchedBy(
  delivery: Delivery,
  records: readonly StandingRecord[],
  hash: OutcomeParts['hash'],
): readonly boolean[] {
  const { event, reading, sent, item, nowMs } = delivery;
  const account = accountHashOf(hash, sent.account);
  const isFinal = event.result !== 'deferred';
  const weight = deliveryWeight(event.result, reading);
  const sum =
    weight < 0 && records[1] !== undefined
      ? outcomesAgainst(new IdentityProfile(records[1]), sent.context, nowMs)
      : 0;
  const times = { sentMs: sent.atMs, nowMs };
  const isCanary =
    isFinal &&
    !isHearsay(event) &&
    // What was asked to wait is no part of those that went first, nor who was written to before.
    !sent.isWatched &&
    !isToldBefore(delivery, records[3], account) &&
    new WrittenRecord(records[2]).isAboutBurst(times);
  const isUnknown = event.result === 'bounced' && isDead(reading) && !isHearsay(event);
  const clears = event.result === 'delivered' && hasSuppression(records[3], item, 'unknown');
  return [
    true,
    records[1] !== undefined && (weight > 0 || (weight < 0 && sum > 0)),
    isCanary,
    isUnknown || clears,
    isCanary && isUnknown && records[4] !== undefined,
    isFinal && event.result !== 'delivered',
  ];
}

const isDead = ({ class: replyClass, hard }: OutcomeReading): boolean =>
  replyClass === 'unknown-recipient' && hard;

interface Done {
  readonly fate: OutcomeFate;
  readonly change?: RungChange | undefined;
}

/** Weight of a recipient known not to exist. */
const KNOWN_DEAD = 0.5;
const IGNORED: Done = { fate: 'ignored' };
const UNMATCHED: Done = { fate: 'unmatched' };
const REPEATED: Done = { fate: 'repeated' };

/** Alters the records; those that are `undefined` may be untouched ones. */
function takeDelivery(delivery: Delivery, records: StandingRecord[], parts: OutcomeParts): Done {
  const { event, reading, sent, item, nowMs } = delivery;
  const { hash } = parts;
  const outcomes = new OutcomeRecord(records[0]);
  const isRumour = isHearsay(event);
  // Enforced, what was only watched had never left: it must not pause the rest of the account.
  const account = accountHashOf(hash, sent.account);
  const isTold = isToldBefore(delivery, records[3], account);
  const isShare = !sent.isWatched && !isRumour && !isTold;
  let weight = deliveryWeight(event.result, reading, outcomes.before(nowMs));
  const domain = hash.low(`domain|${domainOf(delivery.recipient)}`);
  if (event.result === 'delivered') outcomes.learnDelivered(domain, nowMs, isShare);
  else if (event.result === 'deferred') outcomes.learnDeferred(reading.class, nowMs);
  else {
    const fate = believe({ ...delivery, record: records[5], hash });
    records[5] = fate.record;
    if (fate.is !== 'counted') return { fate: fate.is };
    const kind = isRumour ? 'hearsay' : 'seen';
    const seen = hash.low(`${kind}|${sent.identity}|${sent.atMs}|${delivery.recipient}`);
    const counted = outcomes.learnFailure({ ...reading, domain, seen, nowMs, isShare });
    if (!counted.isNew) return { fate: 'repeated' };
    if (!counted.isEvidence) weight = 0;
    if (isRumour) weight = Math.min(weight, MOST_HEARSAY_WEIGHT);
  }
  records[0] = outcomes.toBytes();
  const isUnknown = event.result === 'bounced' && isDead(reading) && !isRumour;
  if (isUnknown) {
    // One's own dead address that is written to again is an old setting more often than a list.
    const most = isTold ? 0 : KNOWN_DEAD;
    if (hasSuppression(records[3], item, 'unknown')) weight = Math.min(weight, most);
    records[3] = suppress(records[3], { recipient: item, account, kind: 'unknown', nowMs });
  } else if (event.result === 'delivered') {
    records[3] = unsuppress(records[3], { recipient: item, account, kind: 'unknown' });
  }
  if (records[1] !== undefined)
    addTo(records, sent, outcomeBy(reading.class, event.result, weight));
  return { fate: 'counted', change: isRumour ? undefined : takeAnswer(delivery, records, parts) };
}

/**
 * A list with a dead address fails there every day: that is one failure of the week, not seven. A bad
 * list shows itself by ever other ones, and by those that others were told of.
 */
function isToldBefore(
  { event, reading, item, nowMs }: Delivery,
  record: StandingRecord,
  account: number,
): boolean {
  if (event.result !== 'bounced' || !isDead(reading)) return false;
  const since = { unknown: nowMs - WEEK_MS, complained: nowMs };
  return findSuppression(record, { recipient: item, account, since })?.isOwn === true;
}

const WEEK_MS = 7 * 86_400_000;

/** Evidence about the context, dated by its message. */
function addTo(records: StandingRecord[], sent: SentMessage, by: Four): void {
  const profile = new IdentityProfile(records[1]);
  addOutcome(profile, { key: sent.context, by, sentMs: sent.atMs });
  records[1] = profile.toBytes();
}

export function addOutcome(
  profile: IdentityProfile,
  outcome: { readonly key: ContextKey; readonly by: Four; readonly sentMs: number },
): void {
  if (!outcome.by.some((weight) => weight !== 0)) return;
  addLateEvidence(profile, outcome);
  // What was learnt from mail that came back is forgotten (design 1.9).
  if (outcome.by[0] >= UNLEARN_FROM) profile.detection.untrain();
}

/** A recipient that does not exist is everybody's now and then; a refusal as spam is not. */
const UNLEARN_FROM = 4;

/**
 * An answer for the canary of a burst. When too many do not exist and others wait, the account climbs
 * at once: what waits must not let itself go.
 */
function takeAnswer(
  { event, reading, sent, nowMs }: Delivery,
  records: StandingRecord[],
  { policy }: OutcomeParts,
): RungChange | undefined {
  if (records[2] === undefined || event.result === 'deferred') return undefined;
  const written = new WrittenRecord(records[2]);
  const isUnknown = event.result === 'bounced' && isDead(reading);
  written.learnAnswer({ sentMs: sent.atMs, nowMs, isUnknown });
  records[2] = written.toBytes();
  const { canary } = policy().outcomes;
  const burst = written.burst(nowMs);
  const isStopped = burst.unknown >= canary.unknown;
  // Only a burst whose rule slows it ever waits.
  if (!isStopped || burst.waitsSinceMs === 0 || records[4] === undefined) return undefined;
  const account = new AccountRecord(records[4]);
  const { rung: from } = account.ladder;
  account.ladder = stepLadder(account.ladder, 'hold', nowMs, policy().quietSeconds);
  records[4] = account.toBytes();
  if (account.ladder.rung === from) return undefined;
  return {
    kind: 'rung',
    at: event.at,
    account: sent.account,
    identity: sent.identity,
    context: contextText(sent.context),
    from,
    to: account.ladder.rung,
    because: [
      {
        signal: 'canary',
        practice: 'SND-13',
        weight: 0,
        text: `${burst.unknown} of ${burst.count} recipients never written to before do not exist.`,
      },
    ],
  };
}
