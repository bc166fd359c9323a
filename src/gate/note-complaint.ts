/**
 * Complaints (FBK-2, FBK-3, FBK-8). One counts only when it is verified, and once a week of each who
 * complains; it is evidence and part of a share, and never locks by itself. `not-spam` takes back what
 * the same one's complaint counted.
 */
import { alike } from '../core/detection/hypotheses.ts';
import type { ComplaintEvent } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import {
  COMPLAINT,
  COMPLAINT_ABOUT_BOUNCE,
  COMPLAINT_WITHOUT_TOKEN,
  complaintMeaning,
} from '../core/outcome.ts';
import { identityOf } from '../core/identity.ts';
import { IdentityProfile, type ContextRow } from '../core/profile/identity-profile.ts';
import { OutcomeRecord } from '../core/profile/outcome-record.ts';
import { suppress, unsuppress } from '../core/profile/suppression-record.ts';
import { WeekRecord } from '../core/profile/week-record.ts';
import { WrittenRecord } from '../core/profile/written-record.ts';
import type { StandingRecord } from '../store/standing.ts';
import type { OutcomeFate } from '../telemetry/contract.ts';
import { addOutcome, recipientOf, type OutcomeParts } from './note-outcome.ts';
import { recipientHash, suppressionKey } from './recipients.ts';
import { returnedCount, type ReturnedCount } from './returned-part.ts';
import { CLOCK_MS, MAX_REMEMBERED_MS } from './sent-messages.ts';
import {
  complaintCount,
  complaintTakenBack,
  isMailed,
  voucherOf,
  type Voucher,
} from './complaint-count.ts';
import {
  accountHashOf,
  complainedKey,
  identityKey,
  outcomeKey,
  writtenKey,
} from './submission-frame.ts';

/** Contexts used within this time may have sent what is complained of, where nothing says which. */
const LATELY_MS = 7 * 86_400_000;
/** Days of use after which a context is its owner's. */
const OWN_DAYS = 3;

/** Whose message it was, as far as the complaint lets us know. */
interface Target {
  readonly account: string;
  readonly identity: string;
  /** Picks the contexts it is about. */
  readonly isAbout: (context: ContextRow, all: readonly ContextRow[]) => boolean;
  readonly sentMs: number | undefined;
  /** Part of the account's shares: not where it was only watched and would have been held. */
  readonly isShare: boolean;
}

export function noteComplaint(event: ComplaintEvent, parts: OutcomeParts): Maybe<void> {
  const meaning = complaintMeaning(event.feedbackType);
  return andThen(fateOf(event, meaning, parts), (fate) => {
    parts.telemetry.cameBack('complaint', meaning, fate);
  });
}

function fateOf(
  event: ComplaintEvent,
  meaning: ReturnType<typeof complaintMeaning>,
  parts: OutcomeParts,
): Maybe<OutcomeFate> {
  const { standing, hash } = parts;
  // FBK-8: a stranger can write what he likes; it stays in the journal.
  if (!event.verified) return 'unverified';
  if (meaning === 'none') return 'ignored';
  return andThen(findTarget(event, parts), (target): Maybe<OutcomeFate> => {
    if (target === undefined) return 'unmatched';
    const recipient = recipientOf(event.recipient ?? '');
    const item = recipientHash(hash)(recipient);
    const returned = returnedCount(event.id, hash);
    const keys = [
      outcomeKey(target.account),
      identityKey(target.identity),
      suppressionKey(item),
      complainedKey(target.account),
      ...returned.keys,
    ];
    return andThen(
      standing.read([...keys.slice(0, 2), writtenKey(target.account)]),
      ([outcomes, identity, written]): Maybe<OutcomeFate> => {
        // A name nobody sent from makes no record.
        if (outcomes === undefined && identity === undefined) return 'unmatched';
        const isWrittenTo = recipient !== '' && new WrittenRecord(written).has(item);
        const voucher = voucherOf(event, { recipient, isWrittenTo });
        if (voucher === undefined) return 'unverified';
        const taken = { event, target, recipient, voucher, returned };
        return standing.update(keys, (records) => take(taken, records, parts));
      },
    );
  });
}

/** A trace token names account and context; else the message does; else only the account is known. */
function findTarget(event: ComplaintEvent, parts: OutcomeParts): Maybe<Target | undefined> {
  const account = (event.account ?? '').toLowerCase();
  const identity = identityOf(account, event.credential);
  if (account !== '' && event.context !== undefined) {
    const { context } = event;
    const sentMs = event.sentAt === undefined ? undefined : Date.parse(event.sentAt);
    if (sentMs !== undefined && !isRecent(sentMs, event)) return undefined;
    return { account, identity, isAbout: ({ key }) => key === context, sentMs, isShare: true };
  }
  return andThen(parts.sent.find(event, false), (sent) => {
    if (sent !== undefined) {
      const [high, low] = sent.context;
      return {
        account: sent.account,
        identity: sent.identity,
        isAbout: ({ halves }) => halves[0] === high && halves[1] === low,
        sentMs: sent.atMs,
        isShare: !sent.isWatched,
      };
    }
    if (account === '') return undefined;
    const sinceMs = Date.parse(event.at) - LATELY_MS;
    return { account, identity, isAbout: mayHaveSent(sinceMs), sentMs: undefined, isShare: true };
  });
}

/** Who complains of an old message, or shows its token again, says nothing of today's sender. */
function isRecent(sentMs: number, { at }: ComplaintEvent): boolean {
  const ageMs = Date.parse(at) - sentMs;
  return ageMs >= -CLOCK_MS && ageMs <= MAX_REMEMBERED_MS;
}

/** Those used lately that are not proven to be the owner's; else the one used last. */
function mayHaveSent(sinceMs: number): Target['isAbout'] {
  const isSuspect = ({ days, lastMs }: ContextRow): boolean => days < OWN_DAYS && lastMs >= sinceMs;
  return (context, all) =>
    all.some(isSuspect)
      ? isSuspect(context)
      : context.lastMs === Math.max(...all.map(({ lastMs }) => lastMs));
}

interface Taken {
  readonly event: ComplaintEvent;
  readonly target: Target;
  readonly recipient: string;
  readonly voucher: Voucher;
  readonly returned: ReturnedCount;
}

function weightOf(event: ComplaintEvent): number {
  if (event.about === 'dsn') return COMPLAINT_ABOUT_BOUNCE;
  const isDiscounted = isMailed(event) && event.sentAt === undefined;
  return isDiscounted ? COMPLAINT_WITHOUT_TOKEN : COMPLAINT;
}

/** Alters outcomes, identity, suppression, what counts once, and what is counted of returned messages. */
function take(taken: Taken, records: StandingRecord[], { hash }: OutcomeParts): OutcomeFate {
  const { event, target, recipient, voucher } = taken;
  if (!taken.returned.count(records, 4)) return 'repeated';
  const nowMs = Date.parse(event.at);
  const isTakenBack = complaintMeaning(event.feedbackType) === 'taken-back';
  const isAboutBounce = event.about === 'dsn';
  const week = new WeekRecord(records[3]);
  const asked = { event, recipient, voucher, nowMs, hash };
  const counted = isTakenBack
    ? complaintTakenBack(asked, week)
    : complaintCount(asked, week, {
        weight: weightOf(event),
        // Who complains of a bounce is our own user, not one of the recipients.
        isShare: target.isShare && !isAboutBounce,
      });
  records[3] = week.toBytes();
  if (counted === 'ignored') return counted;
  const isOfRecipient = voucher === 'believed' || voucher === 'recipient-domain';
  if (recipient !== '' && !isAboutBounce && isOfRecipient) {
    const item = recipientHash(hash)(recipient);
    const account = accountHashOf(hash, target.account);
    const entry = { recipient: item, account, kind: 'complained' } as const;
    records[2] = isTakenBack
      ? unsuppress(records[2], entry)
      : suppress(records[2], { ...entry, nowMs });
  }
  if (counted === 'capped') return counted;
  const outcomes = new OutcomeRecord(records[0]);
  if (isTakenBack) outcomes.takeBack(nowMs, counted);
  else outcomes.learnComplaint(nowMs, counted.isShare);
  records[0] = outcomes.toBytes();
  addEvidence(target, records, isTakenBack ? -counted.weight : counted.weight);
  return 'counted';
}

/** To every context that it is about. */
function addEvidence(target: Target, records: StandingRecord[], weight: number): void {
  if (records[1] === undefined) return;
  const profile = new IdentityProfile(records[1]);
  const all = profile.contexts();
  for (const context of all) {
    if (!target.isAbout(context, all)) continue;
    const sentMs = target.sentMs ?? context.lastMs;
    addOutcome(profile, { key: context.halves, by: alike(weight), sentMs });
  }
  records[1] = profile.toBytes();
}
