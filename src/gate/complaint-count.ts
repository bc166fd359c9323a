/**
 * How far a complaint counts (FBK-8, decision 0023): once a week of each who complains, and a few of a
 * domain, whose owner can have any number of mailboxes. What it counted is kept, so that `not-spam` takes
 * back exactly that.
 */
import type { ComplaintEvent } from '../core/event.ts';
import type { KeyedHash } from '../core/hash.ts';
import { domainOf } from '../core/identity.ts';
import type { WeekRecord } from '../core/profile/week-record.ts';

/** Complaints of one domain in a week that our token alone vouches for; stop-lines begin at three. */
export const UNSIGNED_A_DOMAIN = 2;
/** Those that the domain has signed. */
export const SIGNED_A_DOMAIN = 20;
/** Complaints in a week that neither our token nor the recipient's own domain vouches for. */
export const UNPROVEN_AN_ACCOUNT = 2;
/** The first of a domain is evidence, the others little: one owner alone never holds an account. */
const FURTHER_WEIGHT = 0.5;
const FURTHER_EVIDENCE = 3;

export interface ComplaintAsked {
  readonly event: ComplaintEvent;
  readonly recipient: string;
  /** The account has written to the recipient, as far as it is remembered. */
  readonly isWrittenTo: boolean;
  /** A mail told of it: anybody can have written it. */
  readonly isMail: boolean;
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

/** Counts it, or says that nothing more of who complains counts in this week. */
export function complaintCount(
  asked: ComplaintAsked,
  week: WeekRecord,
  worth: ComplaintWorth,
): ComplaintCounted | 'capped' {
  const { nowMs } = asked;
  const who = reporterHash(asked);
  if (week.of(who, nowMs) !== undefined) return 'capped';
  const unproven = asked.hash.low('unproven');
  if (isUnproven(asked) && !week.countUpTo(unproven, UNPROVEN_AN_ACCOUNT, nowMs)) return 'capped';
  const before = countOfDomain(asked, week);
  if (before === undefined) return 'capped';
  const weight = before === 0 ? worth.weight : furtherWeight(before, worth.weight);
  const mark = Math.round(weight * 10) | (worth.isShare ? SHARE : 0);
  if (!week.note(who, mark, nowMs)) return 'capped';
  return { weight, isShare: worth.isShare, atMs: nowMs };
}

/**
 * A Message-ID stands in every list's archive, and a domain to sign with is cheap: without our token only the
 * domain of somebody the account has written to says more than a stranger could.
 */
function isUnproven({ event, recipient, isWrittenTo, isMail }: ComplaintAsked): boolean {
  if (!isMail || event.about === 'dsn' || event.sentAt !== undefined) return false;
  const domain = domainOf(recipient);
  const signer = event.reporterDomain ?? '';
  return !isWrittenTo || (domain !== signer && !domain.endsWith(`.${signer}`));
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

const furtherWeight = (before: number, weight: number): number =>
  before <= FURTHER_EVIDENCE ? Math.min(weight, FURTHER_WEIGHT) : 0;

/** How many of its domain counted before, where one more may; those not told by mail are believed. */
function countOfDomain(asked: ComplaintAsked, week: WeekRecord): number | undefined {
  const { event, recipient, isMail, nowMs, hash } = asked;
  // Who complains of a bounce is our own user.
  if (!isMail || event.about === 'dsn') return 0;
  const signer = event.reporterDomain;
  const domain = signer ?? domainOf(recipient || (event.reporter ?? '').toLowerCase());
  const who = hash.low(`${signer === undefined ? 'unsigned' : 'signed'}|${domain}`);
  const before = week.of(who, nowMs)?.mark ?? 0;
  const most = signer === undefined ? UNSIGNED_A_DOMAIN : SIGNED_A_DOMAIN;
  return week.countUpTo(who, most, nowMs) ? before : undefined;
}

function reporterHash(asked: ComplaintAsked): number {
  const kind = asked.event.about === 'dsn' ? 'dsn' : '';
  return asked.hash.low(`reporter|${kind}|${reporterOf(asked)}`);
}

/** In whose name it counts. */
function reporterOf({ event, recipient, isWrittenTo, isMail }: ComplaintAsked): string {
  if (!isMail || isWrittenTo || event.about === 'dsn') {
    return recipient === '' ? (event.reporter ?? '').toLowerCase() : recipient;
  }
  const { reporterDomain, context = '', sentAt = '' } = event;
  // Whoever has a message of the account has its token, and can make up recipients.
  return reporterDomain === undefined ? 'a token' : `${reporterDomain}|${context}|${sentAt}`;
}
