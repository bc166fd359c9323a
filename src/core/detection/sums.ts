/**
 * What a message says, added to what its place and those like it have gathered; and the sums as they are judged, which
 * is not always as they are kept.
 */
import { newUrlHost } from '../signals/new-url-host.ts';
import { ownCopies } from '../signals/own-copies.ts';
import { payment } from '../signals/payment.ts';
import type { Found } from './found.ts';
import { HYPOTHESES, SUMMED_FAMILIES, type Family, type Four } from './hypotheses.ts';
import { add, addOnce, placeOfFamily, raise, relieve, type Lane } from './lanes.ts';

const RECIPIENTS = placeOfFamily('recipients');
/** What is in one text is said once, however often it is sent: its copies are no new draws. */
const CONTENT = placeOfFamily('content');
const TIMING = placeOfFamily('timing');
const PREPARATION = placeOfFamily('preparation');
const CROSS = placeOfFamily('cross');
const OF_ONE_MESSAGE = [CONTENT, CROSS];
const WIDTH = SUMMED_FAMILIES.length;
const THREAD_CONTENT = HYPOTHESES.indexOf('thread') * WIDTH + CONTENT;

export function addAll(
  lane: Lane,
  found: readonly Found[],
  {
    isCopy,
    isUsual,
    isApproach,
    isHabit,
    isUnlike = false,
    isAgain = false,
  }: {
    readonly isCopy: boolean;
    readonly isUsual: boolean;
    readonly isApproach: boolean;
    /** A program at a usual place: it writes to strangers, at whatever hour, and that is said once. */
    readonly isHabit: boolean;
    /** From an unproven place, with a program that is not the owner's. */
    readonly isUnlike?: boolean;
    /** It was asked to wait: all but its text, which may be another, was weighed then. */
    readonly isAgain?: boolean;
  },
): void {
  if (isAgain) {
    raiseOfOne(lane, found, isApproach);
    return;
  }
  // Elsewhere good news could be made: a thief writes to people whom his victim knows.
  const spare = isUsual && !isCopy ? [0, 0, 0, 0] : undefined;
  for (const { family, by, signal } of found) {
    const place = placeOfFamily(family);
    if (place < 0 || (isCopy && OF_ONE_MESSAGE.includes(place))) continue;
    if (isHabit && place === TIMING) continue;
    if (isHabit && place === RECIPIENTS) {
      addOnce(lane, place, by);
      continue;
    }
    // At home words of payment are a matter of the owner's, said once, however many letters it takes.
    if (isUsual && signal === payment.signal) {
      addOnce(lane, place, by);
      continue;
    }
    // A link in others' conversations is not taken back by answers without one: the next may have it again.
    const isTold = signal === newUrlHost.signal && isUnlike && (lane[THREAD_CONTENT] as number) > 0;
    const counted = isTold ? notForThread(by) : by;
    // A round that answers nothing goes on in nobody's conversation, however many get it.
    const isOfOne = isApproach && (OF_ONE_MESSAGE.includes(place) || signal === ownCopies.signal);
    const heard = isOfOne ? exceptThread(counted) : counted;
    // Whoever links at all links to several sites: that the next one is unknown, too, is no news. A lure has one.
    if (signal === newUrlHost.signal) addOnce(lane, place, heard, spare);
    else add(lane, place, heard, spare);
  }
  if (spare !== undefined) relieve(lane, spare);
  if (isCopy) raiseOfOne(lane, found, isApproach);
}

function raiseOfOne(lane: Lane, found: readonly Found[], isApproach: boolean): void {
  for (const family of ['content', 'cross'] as const) {
    const said = saidBy(found, family);
    raise(lane, placeOfFamily(family), isApproach ? exceptThread(said) : said);
  }
}

/** A change of settings is the account's, not a place's: it stands beside what each place did itself. */
export function withPreparation(own: Lane, shared: Lane): Lane {
  return own.map((sum, at) =>
    at % WIDTH === PREPARATION ? Math.max(sum, shared[at] as number) : sum,
  );
}

/** At home a link in another letter is no word against a round, nor against a letter with nothing odd in it. */
export function withContent(lane: Lane, said: Four | undefined): Lane {
  return noMoreThan(lane, CONTENT, said);
}

/** Whether others have a form's text is asked with each of its letters: what was so of one last week is not added. */
export function withCross(lane: Lane, said: Four | undefined): Lane {
  return noMoreThan(lane, CROSS, said);
}

function noMoreThan(lane: Lane, family: number, said: Four | undefined): Lane {
  if (said === undefined) return lane;
  return lane.map((sum, at) =>
    at % WIDTH === family ? Math.min(sum, said[Math.floor(at / WIDTH)] as number) : sum,
  );
}

export function withStanding(lane: Lane, standing: readonly Found[]): Lane {
  if (standing.length === 0) return lane;
  const heard = lane.slice();
  for (const { family, by } of standing) add(heard, placeOfFamily(family), by);
  return heard;
}

/** Who goes on in others' conversations answers: of what answers nothing, nothing is held against him. */
export function exceptThread([spam, lateral, thread, bec]: Four): Four {
  return [spam, lateral, Math.min(0, thread), bec];
}

/** What is no excuse for one who goes on in others' conversations: it speaks against him, or not at all. */
export function notForThread([spam, lateral, thread, bec]: Four): Four {
  return [spam, lateral, Math.max(0, thread), bec];
}

/** All that one family says of this message. */
export function saidBy(found: readonly Found[], family: Family): Four {
  const said: [number, number, number, number] = [0, 0, 0, 0];
  for (const one of found) {
    if (one.family === family) one.by.forEach((weight, h) => (said[h] = (said[h] ?? 0) + weight));
  }
  return said;
}
