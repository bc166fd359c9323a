/**
 * What came back for earlier mail, as far as it bears on the submission now judged, and what the
 * submission leaves for what will come back: whose message it is, and whom it was written to. Most
 * mail goes to people written to before: then it reads a few records more and writes to one.
 */
import type { SubmissionDecision } from '../core/decide-submission.ts';
import { millisecondsOf } from '../core/event-time.ts';
import { recipientCount, type SubmissionEvent } from '../core/event.ts';
import { domainOf } from '../core/identity.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { derivedOf } from '../core/message/derived-of.ts';
import {
  NOTHING_CAME_BACK,
  type Approached,
  type OutcomesKnown,
  type SuppressedRecipient,
} from '../core/outcomes-known.ts';
import { strangersOf } from '../core/profile/asked-ring.ts';
import { HeardRecord } from '../core/profile/heard-record.ts';
import { OutcomeRecord } from '../core/profile/outcome-record.ts';
import type { SeenItem } from '../core/profile/seen-record.ts';
import type { SentName } from '../core/profile/sent-record.ts';
import { findSuppression } from '../core/profile/suppression-record.ts';
import { NO_BURST, WrittenRecord } from '../core/profile/written-record.ts';
import type { SubmissionSubject } from '../core/rules/finding.ts';
import type { StandingRecord, StandingStore } from '../store/standing.ts';
import { acquaintanceOf, type Acquaintance } from './acquaintance.ts';
import { learnWritten, type Judged, type Novelty } from './learn-written.ts';
import { placeOf, visited, type PlaceFound } from './places.ts';
import { messageItem, recipientHash, suppressionKey } from './recipients.ts';
import type { SentMessages, SentPlace } from './sent-messages.ts';
import type { Known } from './subject.ts';
import { accountHashOf, NO_PLACE_KEY, type SubmissionFrame } from './submission-frame.ts';
import { toldRecipients } from './told-recipients.ts';

/** Recipients of one message that are looked up one by one. */
export const MAX_RECIPIENTS_LOOKED_AT = 1_000;

export interface Asking {
  readonly event: SubmissionEvent;
  readonly known: Known;
  readonly frame: SubmissionFrame;
  readonly sent: SentMessages;
  /**
   * `recipient`: the last one is asked about, nothing is kept. `message`: it is judged.
   * `named-message`: and whoever gave the event may name it by its id.
   */
  readonly about: 'recipient' | 'message' | 'named-message';
}

export interface PreparedOutcomes {
  readonly known: OutcomesKnown;
  /** Of a message that was seen: whom of its recipients the account knows. */
  readonly met: Acquaintance | undefined;
  /** To be changed with the judgement: where it is found again, and whom it was written to. */
  readonly keys: readonly string[];
  /** Alters the records of `keys`, which begin at `at`. */
  keep(
    records: StandingRecord[],
    at: number,
    judged: { readonly subject: SubmissionSubject; readonly decision: SubmissionDecision },
  ): void;
}

export function prepareOutcomes(standing: StandingStore, asking: Asking): Maybe<PreparedOutcomes> {
  const { event, known, frame } = asking;
  const { suppression } = known.world.policy.outcomes;
  const items = itemsOf(asking);
  const keys: string[] = [];
  if (suppression.unknown !== 'off' || suppression.complained !== 'off') {
    const last = Math.min(items.length, MAX_RECIPIENTS_LOOKED_AT);
    for (let i = 0; i < last; i += 1) keys.push(suppressionKey(items[i] as SeenItem));
  }
  return andThen(standing.read(keys, frame.outcomes), (records) => {
    const nowMs = millisecondsOf(event.at);
    const found = { records, items, nowMs };
    return prepared(standing, asking, found);
  });
}

/** Where the records of recipients begin. */
const FIRST_RECIPIENT = 3;

interface Found {
  /** Outcomes, recipients written to, what came in, then suppression by recipient. */
  readonly records: readonly StandingRecord[];
  /** The recipients looked at; at a recipient only that one. */
  readonly items: readonly SeenItem[];
  readonly nowMs: number;
}

function itemsOf({ event, known, about }: Asking): readonly SeenItem[] {
  const hash = recipientHash(known.world.hash);
  const all = event.envelopeRecipients;
  // The others were asked about before.
  if (about === 'recipient') return all.length === 0 ? [] : [hash(all.at(-1) ?? '')];
  const items: SeenItem[] = [];
  for (const recipient of all) items.push(hash(recipient));
  return items;
}

const NONE: readonly SuppressedRecipient[] = [];

function suppressedOf(
  { event, known, frame }: Asking,
  { records, items, nowMs }: Found,
): readonly SuppressedRecipient[] {
  let found: SuppressedRecipient[] | undefined;
  const looked = records.length - FIRST_RECIPIENT;
  const skipped = event.envelopeRecipients.length - items.length;
  for (let i = 0; i < looked; i += 1) {
    const record = records[FIRST_RECIPIENT + i];
    if (record === undefined) continue;
    const rules = known.world.policy.outcomes.suppression;
    const suppression = findSuppression(record, {
      recipient: items[i] as SeenItem,
      account: accountHashOf(known.world.hash, frame.who.account),
      since: {
        unknown: nowMs - rules.unknownSeconds * 1000,
        complained: nowMs - rules.complainedSeconds * 1000,
      },
    });
    if (suppression === undefined || rules[suppression.kind] === 'off') continue;
    const recipient = event.envelopeRecipients[skipped + i] ?? '';
    (found ??= []).push({ ...suppression, recipient });
  }
  return found ?? NONE;
}

function prepared(standing: StandingStore, asking: Asking, found: Found): Maybe<PreparedOutcomes> {
  const { records } = found;
  const isWriter = (asking.event.account ?? '') !== '';
  const written = isWriter ? new WrittenRecord(records[1]) : undefined;
  const novelty = written === undefined ? NOTHING_NEW : noveltyOf(asking, found, written);
  const isApproach = novelty.strangers > 0 && asking.about !== 'recipient';
  const { placeKey } = asking.frame;
  // Most messages go to people who are known: the place says nothing of them, but who else is at home at a rented machine.
  const isAsked =
    isApproach || (asking.known.network.class === 'hosting' && asking.about !== 'recipient');
  if (!isAsked || placeKey === NO_PLACE_KEY) return withPlace(asking, found, { written, novelty });
  return andThen(standing.read([placeKey]), ([place]) =>
    withPlace(asking, found, { written, novelty, place: placeOf(asking, place, found.nowMs) }),
  );
}

function withPlace(
  asking: Asking,
  found: Found,
  { written, novelty, place }: Writing,
): Maybe<PreparedOutcomes> {
  const { records, nowMs } = found;
  const burst = written?.burst(nowMs) ?? NO_BURST;
  const suppressed = suppressedOf(asking, found);
  const outcomes = records[0] === undefined ? undefined : new OutcomeRecord(records[0]);
  const { fresh, strangers } = novelty;
  const answers = answersOf(asking, records[2]);
  const isApproach = written !== undefined && strangers > 0 && asking.about !== 'recipient';
  const approached = isApproach ? approachedBy(found, written) : undefined;
  const hasWaited = novelty.asked && written?.isDue(novelty.asked, nowMs);
  const trouble = outcomes?.hasTrouble === true ? outcomes : undefined;
  const isPlain =
    trouble === undefined &&
    fresh === 0 &&
    suppressed.length === 0 &&
    answers === undefined &&
    place === undefined;
  const known: OutcomesKnown = isPlain
    ? NOTHING_CAME_BACK
    : {
        day: trouble?.sums('day', nowMs) ?? NOTHING_CAME_BACK.day,
        week: trouble?.sums('week', nowMs) ?? NOTHING_CAME_BACK.week,
        burst,
        fresh,
        suppressed,
        strangers,
        ...(answers !== undefined && { answers }),
        ...(hasWaited !== undefined && { hasWaited }),
        ...(asking.about === 'recipient' && { isPart: true }),
        ...(approached !== undefined && { approached }),
        ...(place !== undefined && { company: place.company }),
      };
  const met = metBy(asking, found);
  if (asking.about === 'recipient') return { known, met, keys: NO_KEYS, keep: () => undefined };
  const items = found.items;
  return prepareKeeping(asking, { known, met, novelty, items, ...(place && { place }) });
}

/** Whom it is written to, and from where. */
interface Writing {
  readonly written: WrittenRecord | undefined;
  readonly novelty: Novelty;
  readonly place?: PlaceFound;
}

const NO_KEYS: readonly string[] = [];

/** Told here, because these records are read for every message: once is enough. */
function metBy({ event, known }: Asking, { records, items }: Found): Acquaintance | undefined {
  const derived = derivedOf(event);
  if (derived === undefined) return undefined;
  const [, written, heard] = records;
  // At a recipient only the last one has been hashed.
  const all = items.length === event.envelopeRecipients.length ? items : undefined;
  return acquaintanceOf({ event, derived, known, items: all }, { written, heard });
}

/** Of one message; a round to many must not push out all others. */
const APPROACHED_MOST = 2;
const NOBODY: readonly SeenItem[] = [];
const NOTHING_NEW: Novelty = { fresh: 0, strangers: 0, learns: false, approached: NOBODY };

function noveltyOf({ event, known, about }: Asking, found: Found, written: WrittenRecord): Novelty {
  const { nowMs, items } = found;
  const recipients = event.envelopeRecipients;
  const heard = new HeardRecord(found.records[2]);
  if (about === 'recipient') {
    // A recipient written to before is never asked to wait, and few are never a burst.
    const { count } = written.burst(nowMs);
    const isFew = count + recipients.length <= known.world.policy.outcomes.canary.burst;
    const last = items.at(-1);
    if (isFew || last === undefined || written.has(last)) return NOTHING_NEW;
    if (isOurs(recipients.at(-1) ?? '', known)) return NOTHING_NEW;
    if (heard.hasPerson(last)) return NOTHING_NEW;
    const isStranger = (item: SeenItem, recipient: string): boolean =>
      !written.has(item) && !isOurs(recipient, known) && !heard.hasPerson(item);
    const told = toldRecipients(known.world.hash).count(event.id, recipients, isStranger);
    return { fresh: told, strangers: told, learns: true, approached: NOBODY };
  }
  let fresh = 0;
  let strangers = 0;
  let learns = false;
  let met: SeenItem[] | undefined;
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i] as SeenItem;
    if (written.isFresh(item)) continue;
    learns = true;
    if (written.has(item) || isOurs(recipients[i] ?? '', known)) continue;
    // Answering is not writing to a stranger.
    if (heard.hasPerson(item)) continue;
    fresh += 1;
    strangers += 1;
    (met ??= []).push(item);
  }
  if (fresh === 0 && !learns) return NOTHING_NEW;
  if (met === undefined) return { fresh, strangers, learns, approached: NOBODY };
  const asked = strangersOf(met);
  return { fresh, strangers, learns, approached: met.slice(0, APPROACHED_MOST), asked };
}

/** People answer within a day, if they do: until then only who has answered is counted. */
const ANSWER_MS = 86_400_000;

function approachedBy(
  { records, nowMs }: Found,
  written: WrittenRecord,
): readonly Approached[] | undefined {
  const heard = new HeardRecord(records[2]);
  if (!heard.knowsMessages) return undefined;
  const before = (nowMs - ANSWER_MS) / 1000;
  const found: { context: number; of: number; answered: number }[] = [];
  for (const { item, context, atSeconds } of written.approaches()) {
    const hasAnswered = heard.hasPerson(item);
    if (atSeconds > before && !hasAnswered) continue;
    let count = found.find((one) => one.context === context);
    if (count === undefined) found.push((count = { context, of: 0, answered: 0 }));
    count.of += 1;
    if (hasAnswered) count.answered += 1;
  }
  return found.length === 0 ? undefined : found;
}

/** Whether it answers a message that came in; a made-up In-Reply-To answers nothing. */
function answersOf({ event, known }: Asking, record: StandingRecord): boolean | undefined {
  const named = event.message?.inReplyTo ?? '';
  if (named === '' || record === undefined) return undefined;
  const heard = new HeardRecord(record);
  return heard.knowsMessages ? heard.hasMessage(messageItem(known.world.hash, named)) : undefined;
}

/** The mail server knows its own people: it refuses those that do not exist at once. */
function isOurs(recipient: string, { world, facts }: Known): boolean {
  const domain = domainOf(recipient);
  return domain === facts.tenant || facts.domains.includes(domain) || world.isOwnDomain(domain);
}

interface Keeping {
  readonly known: OutcomesKnown;
  readonly met: Acquaintance | undefined;
  readonly novelty: Novelty;
  readonly items: readonly SeenItem[];
  readonly place?: PlaceFound;
}

function prepareKeeping(asking: Asking, keeping: Keeping): Maybe<PreparedOutcomes> {
  const { known, met, novelty } = keeping;
  const isNews = novelty.strangers > 0 && keeping.place?.isToldAlready === false;
  const visit = isNews ? keeping.place : undefined;
  const names = namesOf(asking);
  return andThen(names.length === 0 ? NO_PLACE : asking.sent.place(), (place) => ({
    known,
    met,
    keys: keptKeys(asking, place.keys, { learns: novelty.learns, isVisit: visit !== undefined }),
    keep: (into, at, judged) => {
      if (names.length > 0 && isOurBusiness(judged)) {
        asking.sent.add(into, at, place, {
          names,
          atMs: judged.subject.nowMs,
          context: asking.frame.context.key,
          recipients: recipientCount(asking.event),
          isWatched: isWatched(judged),
          who: asking.frame.who,
        });
      }
      if (!novelty.learns) return;
      const own = at + place.keys.length;
      if (visit !== undefined) into[own + 1] = visited(into[own + 1], visit, judged.decision);
      const record = new WrittenRecord(into[own]);
      if (learnWritten(record, { ...keeping, judged })) into[own] = record.toBytes();
    },
  }));
}

function keptKeys(
  { frame }: Asking,
  sent: readonly string[],
  { learns, isVisit }: { readonly learns: boolean; readonly isVisit: boolean },
): readonly string[] {
  if (!learns) return sent;
  return isVisit ? [...sent, frame.writtenKey, frame.placeKey] : [...sent, frame.writtenKey];
}

const NO_PLACE: SentPlace = { keys: NO_KEYS, page: 0 };
const NO_NAMES: readonly SentName[] = [];

/** Mail doors make the ids of their events up; who gives events himself may name them by id. */
function namesOf({ event, about, sent }: Asking): readonly SentName[] {
  if (event.abandoned === true) return NO_NAMES;
  const { queueId = '', mta = '' } = event;
  const { messageId = '' } = event.message ?? {};
  const names = queueId === '' ? [] : [sent.nameOfQueueId(mta, queueId)];
  if (about === 'named-message') names.push(sent.nameOfId(event.id));
  // Of what comes back without a token and a queue id.
  if (messageId !== '') names.push(sent.nameOfMessageId(messageId));
  return names;
}

/** Refused mail is nobody's; what waits for its turn will leave. */
function isOurBusiness({ decision: { verdict } }: Judged): boolean {
  return verdict.verdict !== 'reject' || !verdict.enforced;
}

/** Stopped, if what is decided were also done. What is only slowed leaves either way, and counts as any other mail. */
function isWatched({ subject, decision: { accepted, verdict } }: Judged): boolean {
  if (verdict.enforced || subject.event.afterwards === true) return false;
  return verdict.verdict !== 'pass' && !(verdict.verdict === 'defer' && accepted);
}
