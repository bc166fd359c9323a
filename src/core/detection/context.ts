/**
 * How strange the place and the program are that a message comes from. A context is on probation until
 * it has been used for days without a word against it; its strangeness is one piece of evidence, however
 * many messages come (detection design 1.3, formula 5).
 */
import type { SubmissionSubject } from '../rules/finding.ts';
import { onlySendsSince } from '../old-place.ts';
import { addressKey } from '../profile/address-key.ts';
import { networkNovelty, networkText, NOVELTY } from '../signals/new-context.ts';
import { answeredFrom } from '../signals/no-answers.ts';
import { isOfWebmail, isWrittenInBrowser, sessionOf } from '../signals/session.ts';
import { styleOf } from '../signals/style.ts';
import { alike, CAPS, SUMMED_FAMILIES } from './hypotheses.ts';
import { sendsOneLetter } from './form.ts';
import type { Found } from './found.ts';
import { LANE_SUMS, placeOfFamily } from './lanes.ts';

export interface ContextFound {
  /** Row of the profile; -1 for a context never seen. */
  readonly index: number;
  /** What is kept of the network's strangeness. */
  readonly networkWeight: number;
  /** Judged with the places that are usual. */
  readonly isTrusted: boolean;
  /** The first contexts of an identity: there is nothing to compare with. */
  readonly isFirst: boolean;
  readonly weight: number;
  /** The same, without the word for who reads mail there. */
  readonly readersWeight: number;
  readonly found: readonly Found[];
  /** What is kept of how strangely its messages are made. */
  readonly making: number;
  /** It writes to nearly nobody whom the account knows. */
  readonly isStrange: boolean;
  /** Written in a browser, at a place hardly known, and sent by the webmail's own machine. */
  readonly isSession: boolean;
  /** Written in a browser: its program is the webmail's, whoever sits there. */
  readonly isBrowser: boolean;
  /** Nearly all that it sends is one letter. */
  readonly isProgram: boolean;
}

/** A program as strange as this is somebody else's, whatever the network. */
const STRANGE_CLIENT = 1.5;
/** As strange as a new telephone of a provider it uses: what thieves gathered elsewhere is not held against it. */
const HARDLY_STRANGE = 1;
/** Program and writing together. */
const MAKING_MOST = 4;
const MAKING_FADES = 0.8;
/** An account that reads somewhere says by that who sits there (design 1.2). */
const READS_HERE = -0.8;
/** So far from home a thief reads where he sends: he has the mailbox open in a browser. */
const FAR = 2;
const ONLY_SENDS = 1.6;
/** Of a place of today's (design 1.2: no reading within 24 hours) nobody can tell yet. */
const ONLY_SENT_YET = 0.5;
const TIME_TO_READ_MS = 86_400_000;
/** Messages of a place, and of the account, before the company it keeps says something. */
const STRANGERS_MESSAGES = 5;
const STRANGERS_HISTORY = 12;
const ONLY_STRANGERS = 2.5;
const EACH_STRANGER = 0.15;
const ONLY_STRANGERS_MOST = 5.5;
/** A full sum fades a little between two messages. */
const STRANGERS_SLACK = 0.7;
/** New people in a new job come among the mail to known ones. */
const COMPANY_FEW = 3;
const COMPANY_FEW_SHARE = 2;
const COMPANY_STRANGERS = 6;
const COMPANY_SHARE = 4;
const RECIPIENTS = placeOfFamily('recipients');
/** One may be a thief's other victim. */
const COLLEAGUES = 2;
/** Reads before it is a habit, and how long one counts. */
const READING_HABIT = 10;
const READ_WITHIN_MS = 14 * 86_400_000;

export function lookAtContext(subject: SubmissionSubject): ContextFound {
  const { profile, context, content, network } = subject;
  const state = profile.detection;
  const index = profile.contextIndex(context.key);
  const isPerson = subject.facts.class === 'person';
  const style = content === undefined || !isPerson ? undefined : styleOf(content.derived, state);
  const isKnown = index >= 0;
  const novelty = isKnown ? undefined : networkNovelty(subject);
  const isColleagues = isWhereColleaguesAre(subject);
  const asSeen = isKnown ? knownWeight(subject, index) : (novelty?.weight ?? 0);
  const networkWeight = isColleagues ? Math.min(NOVELTY.provider, asSeen) : asSeen;
  const isFirst = !isKnown && novelty === undefined && !network.isLoading;
  const session = isPerson ? sessionOf(subject) : 0;
  const isHome = session === 0 && (isFirst || (isKnown && state.isTrusted(index)));
  const isBrowser = session > 0 || (!isHome && isPerson && isWrittenInBrowser(subject));
  const client =
    isBrowser && style?.client !== undefined ? Math.max(0, style.client) : style?.client;
  const isStranger = client !== undefined && client >= STRANGE_CLIENT;
  const now = (client ?? 0) + (style?.writing ?? 0);
  // A slip is remembered for some messages: who imitates slips now and then.
  const making = isKnown && !isHome ? Math.max(MAKING_FADES * state.making(index), now) : now;
  const found: Found[] = [];
  let weight = 0;
  let reading = 0;
  const say = (signal: string, by: number, text: () => string): void => {
    weight += by;
    found.push({ signal, practice: 'SND-6', family: 'context', by: alike(by), text });
  };
  if (session > 0) say('new-context', session, () => SESSION_TEXT);
  else if (!isHome && networkWeight > 0) {
    const known = state.isRefused(index) ? REFUSED_TEXT : TOO_SHORT_TEXT;
    const what = isColleagues ? COLLEAGUES_TEXT : (novelty?.what ?? known);
    say('new-context', networkWeight, () => placeText(subject, index, what));
  }
  if (client !== undefined && (!isHome || isStranger)) {
    say('making', Math.min(MAKING_MOST, making), () => makingText(style?.odd ?? []));
  }
  // Whoever writes on his tenant's machine reads in front of another.
  if (!isHome && session === 0 && networkWeight > 0 && !isColleagues) {
    reading = readingWeight(subject, networkWeight);
    if (reading !== 0) say('only-sends', reading, () => readingText(subject));
  }
  // A webmail's machine keeps the company of whoever sat in front of it, a thief's too: that says nothing of now.
  const keepsCompany = !isHome && isKnown && session === 0;
  const isStrange = keepsCompany && keepsStrangeCompany(subject, index);
  if (isStrange || (keepsCompany && writesToStrangersOnly(subject, index))) {
    say('only-strangers', companyWeight(subject, index), () => strangersText(subject, index));
  }
  return {
    index,
    networkWeight,
    isTrusted: (isHome || weight < HARDLY_STRANGE) && !isStranger,
    isFirst,
    // A good imitation is no alibi: strangeness never falls below that of a known place.
    weight: isHome && !isStranger ? 0 : Math.max(0, weight),
    readersWeight: isHome && !isStranger ? 0 : Math.max(0, weight - Math.min(0, reading)),
    found: isHome && !isStranger ? NOTHING : found,
    making,
    isStrange,
    isSession: session > 0,
    isBrowser,
    isProgram: isKnown && sendsOneLetter(profile, index),
  };
}

const NOTHING: readonly Found[] = [];
const COLLEAGUES_TEXT = 'where colleagues write from, too';
const TOO_SHORT_TEXT = 'in use for too short a time to be known';
const REFUSED_TEXT = 'a place that was said not to be the owner';
const SESSION_TEXT =
  'Written in a browser while the mail was read at a place hardly known for this account.';

/**
 * The machine of a customer's webmail is rented like any other. Where colleagues are at home it is their tenant's, and the
 * session says who sits in front of it. Without one it may be the way out of a VPN that customers of one provider share.
 */
function isWhereColleaguesAre(subject: SubmissionSubject): boolean {
  const { outcomes, profile, context } = subject;
  if ((outcomes?.company?.colleagues ?? 0) < COLLEAGUES || !isOfWebmail(subject)) return false;
  const index = profile.contextIndex(context.key);
  return index < 0 || !profile.detection.isRefused(index);
}

/** The platform's own machines, its webmail above all, say nothing of who is behind them, refused or not. */
function knownWeight({ profile, network }: SubmissionSubject, index: number): number {
  const isOurs = network.class === 'own' || network.class === 'local';
  return isOurs && profile.detection.isRefused(index) ? 0 : profile.detection.networkWeight(index);
}

function readingWeight(subject: SubmissionSubject, networkWeight: number): number {
  const { account, facts, network, nowMs, world } = subject;
  if (facts.class !== 'person' || network.address === '' || account.reads < READING_HABIT) return 0;
  const { place } = addressKey(network, world.hash);
  const lastMs = account.lastReadAt(place);
  if (nowMs - lastMs > READ_WITHIN_MS) {
    const sinceMs = onlySendsSince(account, place, nowMs);
    if (sinceMs === undefined) return 0;
    return nowMs - sinceMs < TIME_TO_READ_MS ? ONLY_SENT_YET : ONLY_SENDS;
  }
  return networkWeight >= FAR ? 0 : READS_HERE;
}

/** An owner's new device writes to the people he knows; a thief's place never does. */
export function writesToStrangersOnly(subject: SubmissionSubject, index: number): boolean {
  const { profile, facts } = subject;
  if (facts.class !== 'person' || profile.messages < STRANGERS_HISTORY) return false;
  if (profile.context(index).messages < STRANGERS_MESSAGES) return false;
  const { strangers, others } = companyOf(subject, index);
  if (strangers < COMPANY_FEW || others * COMPANY_FEW_SHARE > strangers) return false;
  const lane = profile.detection.lane(index);
  for (let at = RECIPIENTS; at < LANE_SUMS; at += SUMMED_FAMILIES.length) {
    if ((lane[at] as number) >= CAPS.recipients - STRANGERS_SLACK) return true;
  }
  return false;
}

/** More of it went to strangers than to anybody else. */
export function writesToStrangersMost(subject: SubmissionSubject, index: number): boolean {
  if (subject.facts.class !== 'person') return false;
  const { strangers, others } = companyOf(subject, index);
  return strangers >= COMPANY_STRANGERS && strangers > others;
}

/** Hardly any of so many messages went to somebody known. */
function keepsStrangeCompany(subject: SubmissionSubject, index: number): boolean {
  if (subject.facts.class !== 'person' || subject.profile.messages < STRANGERS_HISTORY)
    return false;
  const { strangers, others } = companyOf(subject, index);
  return strangers >= COMPANY_STRANGERS && others * COMPANY_SHARE <= strangers;
}

/** Who has answered is no stranger any more. */
function companyOf(
  subject: SubmissionSubject,
  index: number,
): { readonly strangers: number; readonly others: number } {
  const company = subject.profile.detection.company(index);
  if (company.strangers === 0) return company;
  const answered = Math.min(answeredFrom(subject, index), company.strangers);
  return { strangers: company.strangers - answered, others: company.others + answered };
}

/** The longer it goes on, the less it is chance; each with a text of its own, it is no program's either. */
function companyWeight(subject: SubmissionSubject, index: number): number {
  const { strangers } = companyOf(subject, index);
  const more = EACH_STRANGER * Math.max(0, strangers - COMPANY_STRANGERS);
  return Math.min(ONLY_STRANGERS_MOST, ONLY_STRANGERS + more);
}

function strangersText({ profile }: SubmissionSubject, index: number): string {
  // Messages that were held back went to somebody, too.
  const { strangers, others } = profile.detection.company(index);
  const messages = Math.max(profile.context(index).messages, strangers + others);
  return `Nearly all of ${messages} messages from there went to strangers; the owner's places write to people the account knows.`;
}

function placeText(subject: SubmissionSubject, index: number, what: string): string {
  if (index < 0) return `First use from ${networkText(subject, what)}.`;
  const { firstMs } = subject.profile.context(index);
  const days = Math.floor((subject.nowMs - firstMs) / 86_400_000);
  const since = days < 1 ? 'since today' : `since ${days} ${days === 1 ? 'day' : 'days'}`;
  return `Used ${since} from ${networkText(subject, what)}.`;
}

function makingText(odd: readonly string[]): string {
  return odd.length === 0
    ? 'A message before it was made unlike the others of this account.'
    : `Made unlike its other messages: ${odd.slice(0, 3).join(', ')} was never seen or hardly ever.`;
}

function readingText({ account }: SubmissionSubject): string {
  return `Only sends from there, and reads its mail elsewhere (${account.reads} times so far).`;
}
