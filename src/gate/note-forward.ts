/**
 * Forwards and what becomes of them (FWD-2): each account's forward to a destination is counted by
 * itself, and switched off when its far side is dead. A bounce counts only by the sender it came to,
 * once, or by our own mail server's word, and only when somebody vouches for it (FBK-8): of others people
 * are told. The account's own mail is never judged by it (FWD-3).
 */
import type { DeliveryEvent, ForwardEvent } from '../core/event.ts';
import { domainOf, forwarderOf, forwardName } from '../core/identity.ts';
import { forwardIntents, type DeadForward } from '../core/forward-intents.ts';
import { isInForce } from '../core/in-force.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import type { OutcomeReading } from '../core/outcome.ts';
import {
  ForwardRecord,
  type ForwardName,
  type ForwardOutcome,
} from '../core/profile/forward-record.ts';
import type { SentMessage } from '../core/profile/sent-record.ts';
import type { ReplyClass } from '../core/reply-class.ts';
import { rulesFor } from '../core/rules/resolve.ts';
import type { StandingRecord } from '../store/standing.ts';
import type { OutcomeFate } from '../telemetry/contract.ts';
import type { GateParts } from './parts.ts';
import { isHearsay } from './bounce-belief.ts';
import { recipientHash } from './recipients.ts';
import type { SentMessages } from './sent-messages.ts';

export type ForwardParts = Pick<
  GateParts,
  'standing' | 'hash' | 'policy' | 'effects' | 'directory'
> & { readonly sent: SentMessages };

/** The forwards of an account, and whose a tag is. */
const forwardKey = (account: string): string => `v:${account}`;
const tagKey = (tag: string): string => `v:#${tag}`;

/** Longest login that gets a record. */
const MAX_ACCOUNT = 254;

/** They say something of us or of today, and nothing of the one who no longer reads his mail. */
const NOT_THE_FAR_SIDE: readonly ReplyClass[] = [
  'listed',
  'rate-limited',
  'greylisted',
  'authentication',
  'relay-denied',
];

/** Whoever writes chooses what is refused: such refusals count once a day, or a stranger's five would do. */
const OF_THE_CONTENT: readonly ReplyClass[] = ['spam-refused', 'virus', 'size'];
const DAY_MS = 86_400_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message left through a forward. */
export function noteForward(event: ForwardEvent, parts: ForwardParts): Maybe<void> {
  const account = event.account.toLowerCase();
  if (account.length > MAX_ACCOUNT) return undefined;
  const { standing, hash, sent } = parts;
  const { tag = '', stamp = '', queueId = '', mta = '' } = event;
  const name = forwardName(account);
  const nowMs = Date.parse(event.at);
  return andThen(sent.place(), (place) => {
    const own = queueId === '' ? [] : place.keys;
    const keys = [...own, forwardKey(account), ...(tag === '' ? [] : [tagKey(tag)])];
    return standing.update(keys, (records) => {
      if (own.length > 0) {
        const names = [sent.nameOfQueueId(mta, queueId)];
        const who = { account: name, identity: name };
        sent.add(records, 0, place, { names, atMs: nowMs, context: [0, 0], recipients: 1, who });
      }
      const record = new ForwardRecord(records[own.length]);
      record.learnForward({
        to: recipientHash(hash)(event.to),
        queue: queueId === '' ? undefined : queueHash(parts, mta, queueId),
        stamp: stamp === '' ? undefined : stampHash(parts, stamp),
        nowMs,
      });
      records[own.length] = record.toBytes();
      if (tag !== '') records[own.length + 1] ??= encoder.encode(account);
    });
  });
}

/**
 * What became of a forwarded message; `undefined` when the delivery is of no forward. Its fate is for
 * the figures.
 */
export function noteForwardDelivery(
  delivery: {
    readonly event: DeliveryEvent;
    readonly reading: OutcomeReading;
    readonly sent: SentMessage | undefined;
  },
  parts: ForwardParts,
): Maybe<OutcomeFate> | undefined {
  const { event, sent } = delivery;
  const { forward, forwardStamp = '' } = event;
  if (forward !== undefined) {
    // Good news that anybody can write would keep a dead forward alive.
    if (event.result !== 'bounced') return 'ignored';
    if (forward === '' || forwardStamp === '') return 'unmatched';
    const stamp = stampHash(parts, forwardStamp);
    const queue = queueHash(parts, event.mta ?? '', event.queueId ?? '');
    const name: ForwardName = { by: 'stamp', stamp, ...(isHearsay(event) && { queue }) };
    return andThen(parts.standing.read([tagKey(forward)]), ([account]): Maybe<OutcomeFate> => {
      if (account === undefined) return 'unmatched';
      const target = of(account);
      // FWD-2, FBK-8: the sender of a forward is shown to whoever wrote, by an answer of the far side; the
      // queue id under which the message left stands only in what really went there.
      const isNamed = forwarderOf(sent?.account ?? '') === target.account;
      return learn(delivery, parts, { ...target, name, isHeard: isHearsay(event) && !isNamed });
    });
  }
  const queue = queueHash(parts, event.mta ?? '', event.queueId ?? '');
  const name: ForwardName = { by: 'queue', queue };
  const forwarder = sent === undefined ? undefined : forwarderOf(sent.account);
  if (forwarder !== undefined) {
    return learn(delivery, parts, { account: forwarder, name, isNew: false });
  }
  const alias = (event.expandedFrom ?? '').toLowerCase();
  const isForward =
    alias !== '' &&
    alias.length <= MAX_ACCOUNT &&
    isOurs(parts, domainOf(alias)) &&
    !isOurs(parts, domainOf(event.recipient));
  return isForward ? learn(delivery, parts, { account: alias, name, isNew: true }) : undefined;
}

const of = (account: Uint8Array) => ({ account: decoder.decode(account), isNew: false });

interface Target {
  readonly account: string;
  readonly name: ForwardName;
  /** The log itself tells of the forward: one not heard of yet is one now. */
  readonly isNew: boolean;
  /** A bounce that nobody vouches for. */
  readonly isHeard?: boolean;
}

function learn(
  { event, reading }: { readonly event: DeliveryEvent; readonly reading: OutcomeReading },
  parts: ForwardParts,
  target: Target,
): Maybe<OutcomeFate> {
  if (event.result === 'deferred') return 'ignored';
  const isFailure = event.result !== 'delivered';
  if (isFailure && NOT_THE_FAR_SIDE.includes(reading.class)) return 'ignored';
  const isUnknown = reading.class === 'unknown-recipient' && reading.hard;
  const { account, isNew, isHeard = false } = target;
  const nowMs = Date.parse(event.at);
  const isOfContent = isFailure && !isHeard && OF_THE_CONTENT.includes(reading.class);
  const name = isOfContent ? dayName(parts, nowMs) : target.name;
  const to = recipientHash(parts.hash)(bare(event.recipient));
  const change = (records: StandingRecord[]): ForwardOutcome => {
    if (records[0] === undefined && !isNew) return { fate: 'unmatched' };
    if (name.by === 'stamp' && isHeard) return hear(records, { to, ...name, nowMs });
    const record = new ForwardRecord(records[0]);
    if (isNew) record.learnForward({ to, queue: undefined, stamp: undefined, nowMs });
    const outcome = isFailure
      ? record.learnFailure({ to, name, isUnknown, nowMs })
      : { fate: record.learnDelivered(to, name, nowMs) };
    if (outcome.fate === 'counted') records[0] = record.toBytes();
    return outcome;
  };
  return andThen(parts.standing.update([forwardKey(account)], change), ({ fate, stops }) =>
    stops === undefined
      ? fate
      : andThen(stop({ event, account, reading }, stops, parts), (): OutcomeFate => fate),
  );
}

/** All refusals of one day are one. */
function dayName(parts: ForwardParts, nowMs: number): ForwardName {
  const day = Math.floor(nowMs / DAY_MS);
  return { by: 'queue', queue: queueHash(parts, '', `content ${day}`) };
}

/** FBK-8: whoever got hold of a sender can write bounces to it, from wherever he likes. */
function hear(
  records: StandingRecord[],
  heard: Parameters<ForwardRecord['learnHearsay']>[0],
): ForwardOutcome {
  const record = new ForwardRecord(records[0]);
  const outcome = record.learnHearsay(heard);
  if (outcome.fate === 'counted') records[0] = record.toBytes();
  return outcome;
}

/** The far side is dead: the forward goes off where rules are enforced, and people are told. */
function stop(
  dead: Pick<DeadForward, 'event' | 'account' | 'reading'>,
  stops: DeadForward['stops'],
  { policy, directory, effects }: ForwardParts,
): Maybe<void> {
  return andThen(directory.find(dead.account), (facts) => {
    const rules = policy();
    const isOn = isInForce(rulesFor(rules, facts), 'FWD-2') && rules.forwards.switchOff;
    const enforced = isOn && stops.isHearsay !== true;
    const to = bare(dead.event.recipient);
    for (const intent of forwardIntents({ ...dead, to, stops, facts, enforced })) {
      void effects.start(intent);
    }
  });
}

/** The owner or a person has changed the forward. */
export function forwardsAnew(account: string, { standing }: Pick<ForwardParts, 'standing'>) {
  return standing.update([forwardKey(account)], (records) => {
    if (records[0] === undefined) return;
    const record = new ForwardRecord(records[0]);
    record.startAnew();
    records[0] = record.toBytes();
  });
}

function isOurs({ policy, directory }: ForwardParts, domain: string): boolean {
  return domain !== '' && (policy().domains.includes(domain) || directory.isOwnDomain(domain));
}

const bare = (text: string): string =>
  (text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text).toLowerCase();

const queueHash = ({ hash }: ForwardParts, mta: string, queueId: string): number =>
  hash.low(`forward queue|${mta}|${queueId}`);
const stampHash = ({ hash }: ForwardParts, stamp: string): number =>
  hash.low(`forward stamp|${stamp.toLowerCase()}`);
