/**
 * How far a complaint counts (FBK-8, decision 0023): as far as it can be verified, and once a week of each
 * who complains. Our token shows only that its writer had the message: what to say of a recipient takes the
 * signature of the recipient's own domain. What it counted is kept, so that `not-spam` of the same one
 * takes back exactly that.
 */
import type { ComplaintEvent } from '../core/event.ts';
import type { KeyedHash } from '../core/hash.ts';
import { domainOf, isWithinDomain } from '../core/identity.ts';
import type { WeekRecord } from '../core/profile/week-record.ts';

/** Complaints in a week that our token alone vouches for; a message gives one. */
export const UNSIGNED_A_WEEK = 3;
/** Those that one domain has signed, of its recipients and of messages. */
export const SIGNED_A_DOMAIN = 20;
/** One that is no recipient's domain is perhaps the provider who hides its customer, perhaps anybody. */
export const MOST_OF_ANOTHER_DOMAIN = 1.5;
/** The first of a domain is evidence, the others little: one owner alone never holds an account. */
const FURTHER_WEIGHT = 0.5;
const FURTHER_EVIDENCE = 3;

/**
 * Who stands for a complaint: `believed` who told it by the API, or our own user of a bounce he got; the
 * recipient's own domain; another one that shows our token; the token alone.
 */
export type Voucher = 'believed' | 'recipient-domain' | 'another-domain' | 'token';

export interface ComplaintAsked {
  readonly event: ComplaintEvent;
  readonly recipient: string;
  readonly voucher: Voucher;
  readonly nowMs: number;
  readonly hash: KeyedHash;
}

/** What a complaint counts for. */
export interface ComplaintWorth {
  readonly weight: number;
  readonly isShare: boolean;
}

export interface ComplaintCounted extends ComplaintWorth {
  readonly atMs: number;
}

const SHARE = 0x100;
const TAKEN_BACK = 0x200;

/** A mail told of it, and what it says of recipient and reporter anybody can write. */
export const isMailed = ({ sentAt, reporterDomain }: ComplaintEvent): boolean =>
  sentAt !== undefined || reporterDomain !== undefined;

/**
 * `undefined` when nobody does: a domain that the account never wrote to and that only names a message,
 * as everybody can who reads a list.
 */
export function voucherOf(
  event: ComplaintEvent,
  { recipient, isWrittenTo }: { readonly recipient: string; readonly isWrittenTo: boolean },
): Voucher | undefined {
  const { sentAt, reporterDomain } = event;
  if (!isMailed(event) || event.about === 'dsn') return 'believed';
  if (reporterDomain === undefined) return 'token';
  const isOwn = isWithinDomain(domainOf(recipient), reporterDomain);
  if (isWrittenTo && isOwn) return 'recipient-domain';
  return sentAt === undefined ? undefined : 'another-domain';
}

/** Counts it, or says that nothing more of who complains counts in this week. */
export function complaintCount(
  asked: ComplaintAsked,
  week: WeekRecord,
  worth: ComplaintWorth,
): ComplaintCounted | 'capped' {
  const { nowMs } = asked;
  const who = reporterHash(asked);
  if (week.of(who, nowMs) !== undefined) return 'capped';
  const counted = BY[asked.voucher](asked, week, worth);
  if (counted === undefined) return 'capped';
  const mark = Math.round(counted.weight * 10) | (counted.isShare ? SHARE : 0);
  if (!week.note(who, mark, nowMs)) return 'capped';
  return { ...counted, atMs: nowMs };
}

/** What the complaint of the same one counted in the last week; it is taken back once. */
export function complaintTakenBack(
  asked: ComplaintAsked,
  week: WeekRecord,
): ComplaintCounted | 'ignored' | 'capped' {
  const { nowMs } = asked;
  const who = reporterHash(asked);
  const row = week.of(who, nowMs);
  if (row === undefined) return 'ignored';
  if ((row.mark & TAKEN_BACK) !== 0) return 'capped';
  week.note(who, row.mark | TAKEN_BACK, nowMs);
  return { weight: (row.mark & 0xff) / 10, isShare: (row.mark & SHARE) !== 0, atMs: row.sinceMs };
}

type Count = (
  asked: ComplaintAsked,
  week: WeekRecord,
  worth: ComplaintWorth,
) => ComplaintWorth | undefined;

/** What is left of its worth; `undefined` when enough of the kind have counted. */
const BY: Readonly<Record<Voucher, Count>> = {
  believed: (_, _week, worth) => worth,
  'recipient-domain': (asked, week, worth) => {
    const before = countUpTo(asked, week, { name: signerOf(asked), most: SIGNED_A_DOMAIN });
    return before === undefined ? undefined : { ...worth, weight: nth(before, worth.weight) };
  },
  'another-domain': (asked, week, worth) => {
    const { hash, nowMs } = asked;
    // Whoever has one message can have any number of domains.
    const message = hash.low(`of another|${messageOf(asked)}`);
    if (week.of(message, nowMs) !== undefined) return undefined;
    const ofSigner = { name: `another|${signerOf(asked)}`, most: SIGNED_A_DOMAIN };
    if (countUpTo(asked, week, ofSigner) === undefined) return undefined;
    const before = countUpTo(asked, week, { name: 'all of others', most: 0xffff }) ?? 0;
    week.note(message, 0, nowMs);
    return { ...worth, weight: nth(before, Math.min(worth.weight, MOST_OF_ANOTHER_DOMAIN)) };
  },
  token: (asked, week, { weight }) => {
    const before = countUpTo(asked, week, { name: 'all tokens', most: UNSIGNED_A_WEEK });
    if (before === undefined) return undefined;
    return { weight: Math.min(weight, FURTHER_WEIGHT), isShare: false };
  },
};

function nth(before: number, weight: number): number {
  if (before === 0) return weight;
  return before <= FURTHER_EVIDENCE ? Math.min(weight, FURTHER_WEIGHT) : 0;
}

/** How many counted before, where one more may. */
function countUpTo(
  { nowMs, hash }: ComplaintAsked,
  week: WeekRecord,
  { name, most }: { readonly name: string; readonly most: number },
): number | undefined {
  const who = hash.low(name);
  const before = week.of(who, nowMs)?.mark ?? 0;
  return week.countUpTo(who, most, nowMs) ? before : undefined;
}

const signerOf = ({ event }: ComplaintAsked): string => `signed|${event.reporterDomain ?? ''}`;

/** Stamps are whole seconds: whoever sends fast has many messages in one. */
const messageOf = ({ event }: ComplaintAsked): string => {
  const { context = '', sentAt = '', messageReference = '' } = event;
  return `${context}|${sentAt}|${messageReference}`;
};

/** In whose name it counts: who is verified less well is another one. */
function reporterHash(asked: ComplaintAsked): number {
  const kind = asked.event.about === 'dsn' ? 'dsn' : '';
  return asked.hash.low(`reporter|${kind}|${reporterOf(asked)}`);
}

function reporterOf(asked: ComplaintAsked): string {
  const { event, recipient, voucher } = asked;
  if (voucher === 'token') return `a token|${messageOf(asked)}`;
  if (voucher === 'another-domain') return `${event.reporterDomain ?? ''}|${messageOf(asked)}`;
  return recipient === '' ? (event.reporter ?? '').toLowerCase() : recipient;
}
