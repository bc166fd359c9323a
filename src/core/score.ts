/** Which rung a score asks for (detection design 1.3 and 1.6), and what comes back for earlier mail. */
import type { AccountClass } from './event.ts';
import { FAMILIES, type Family, type Four } from './detection/hypotheses.ts';
import { isSettledForm } from './detection/form.ts';
import { addFloored, bestOf, familySums, placeOfFamily } from './detection/lanes.ts';
import { fadeTo } from './detection/silence.ts';
import { SHARED } from './profile/detection-state.ts';
import type { ContextKey, IdentityProfile } from './profile/identity-profile.ts';
import type { Hypothesis, Rung } from './verdict.ts';

/** More than to watch needs two families that each say at least this much; the hour says little. */
const SECOND_FAMILY = 1.5;

export interface Scored {
  readonly sums: Readonly<Record<Family, number>>;
  readonly score: number;
  /** Under which it is highest. */
  readonly hypothesis?: Hypothesis;
  /** Whether the message itself was seen; without a word, whether anything is said of its content. */
  readonly isSeen?: boolean;
  /** The message is one of many with one text. */
  readonly isCopy?: boolean;
  /** Nearly all that the place sends is one letter. */
  readonly isProgram?: boolean;
  /** The place writes to nearly nobody whom the account knows. */
  readonly isStrange?: boolean;
  /** Written in a browser, where no program of the owner's writes. */
  readonly isBrowser?: boolean;
  /** What the place did itself; all of it where nothing is said. */
  readonly itself?: { readonly sums: Scored['sums']; readonly score: number };
  /** What failed in the last week, where it is more than everybody's. */
  readonly failures?: number;
}

/**
 * A new place and new people, and messages with nothing odd in them: what the owner's own new program
 * looks like (design 1.10). Strangers wait; an odd link, a second wrong address or a refusal as spam is
 * needed to hold. Without a word on its content no message was seen.
 */
function isNewProgram(scored: Scored): boolean {
  const { sums, isCopy, isStrange, isBrowser } = scored;
  if (isBrowser === true && sums.context >= SECOND_FAMILY) return false;
  // Letters of its own to each of many strangers are no program's, and no owner's.
  if (isCopy !== true && isStrange === true) return false;
  const isSeen = scored.isSeen ?? sums.content !== 0;
  const isAtHome = sums.context < SECOND_FAMILY;
  // Of letters that are not seen their length is all that shows a form.
  if (!isSeen && isCopy !== true) return false;
  const isUsual = isAtHome || (isSeen && isCopy === true);
  const speaks = isUsual ? USUALLY_SPEAKS : SPEAKS;
  // Who writes to many has some failures: fewer than everybody's share say nothing of a form, nor of an owner's harmless mail.
  const isHarmless = isAtHome && sums.content <= 0;
  const isShare = (scored.isProgram === true || isHarmless) && scored.failures === 0;
  const says = (family: (typeof SPEAKING)[number]): boolean =>
    sums[family] >= speaks[family] && !(isShare && isUsual && family === 'outcomes');
  // A form goes on in nobody's conversations: there one link is odd.
  const odd = isCopy === true && scored.hypothesis === 'thread' ? SECOND_FAMILY : ODD;
  return sums.content < odd && !SPEAKING.some(says);
}

/** One link to its owner's new site is nothing odd; a second finding is. */
const ODD = 2;
/** One wrong address in a new program's mail is everybody's; what was set up a week ago was not for this. */
const SPEAKS = { outcomes: 3, cross: SECOND_FAMILY, preparation: 2.3 } as const;
/**
 * At home, or in the many letters of a shop's form, one refusal is no mark of a list: it takes two. Forms are made from
 * a few templates, so that others have words like theirs says less than that several begin to write to strangers so.
 */
const USUALLY_SPEAKS = { ...SPEAKS, outcomes: 6, cross: 3 } as const;
const SPEAKING = ['outcomes', 'cross', 'preparation'] as const;

/**
 * A new place is everybody's, and so are a wrong address and a refusal or two. What locks is the word of
 * several others: failures beyond everybody's share, and one text of several accounts only with some of
 * them. Never the usual place by itself: there mail is held, for the owner sits there.
 */
function isLockable({ failures = 0, ...scored }: Scored): boolean {
  const { sums } = scored.itself ?? scored;
  if (sums.context < SECOND_FAMILY && sums.cross < LOCK_CROSS) return false;
  const least = sums.cross >= LOCK_CROSS ? LOCK_WITH_OTHERS : LOCK_ALONE;
  const isExternal = sums.outcomes >= least.outcomes && failures >= least.failures;
  return isExternal && LOCK_FAMILIES.filter((family) => sums[family] >= SECOND_FAMILY).length >= 3;
}

const LOCK_CROSS = 4;
const LOCK_ALONE = { outcomes: 4, failures: 3 } as const;
/** One is everybody's, whatever it is one of. */
const LOCK_WITH_OTHERS = { outcomes: SECOND_FAMILY, failures: 2 } as const;
const LOCK_FAMILIES = ['recipients', 'content', 'outcomes', 'cross', 'preparation'] as const;

/**
 * A lock by score alone needs evidence from outside. Programs and lists are held at most, and a
 * forward is not judged by score at all: what it sends was written by others.
 */
export function rungOfScore(
  scored: Scored,
  thresholds: { readonly throttle: number; readonly hold: number; readonly lock: number },
  accountClass: AccountClass = 'person',
): Rung {
  if (accountClass === 'forward') return 'observe';
  const { score, sums } = scored;
  // Nearly all mail ends here.
  if (score < thresholds.throttle && score < thresholds.hold && score < thresholds.lock) {
    return 'observe';
  }
  const families = FAMILIES.filter((one) => one !== 'timing' && sums[one] >= SECOND_FAMILY).length;
  if (
    (scored.itself ?? scored).score >= thresholds.lock &&
    isLockable(scored) &&
    accountClass === 'person'
  ) {
    return 'lock';
  }
  if (score >= thresholds.hold && families >= 2 && !isNewProgram(scored)) return 'hold';
  const hasOneWrong = sums.outcomes >= SECOND_FAMILY && sums.outcomes < SPEAKS.outcomes;
  const isSpoken =
    families - (hasOneWrong ? 1 : 0) >= 2 ||
    SPEAKING.some((family) => sums[family] >= SPEAKS[family]);
  if (score >= thresholds.throttle && isSpoken) return 'throttle';
  return 'observe';
}

/**
 * Evidence about a message sent before: a delivery, a bounce, a complaint. It fades from when the
 * message was sent. Alters the profile; false when the context is not known any more.
 */
export function addLateEvidence(
  profile: IdentityProfile,
  late: { readonly key: ContextKey; readonly by: Four; readonly sentMs: number },
): boolean {
  const index = profile.contextIndex(late.key);
  if (index < 0) return false;
  const state = profile.detection;
  for (const place of placesOf(profile, index)) {
    const lane = state.lane(place);
    const behindMs = Math.max(0, state.laneMs(place) - late.sentMs);
    const share = 2 ** (-behindMs / OUTCOME_HALF_LIFE_MS);
    addFloored(lane, OUTCOMES, late.by.map((weight) => weight * share) as unknown as Four);
    state.setLane(place, lane);
  }
  return true;
}

/** The lanes that hear of what came back: a form that was there for days answers for itself alone. */
function placesOf(profile: IdentityProfile, index: number): readonly number[] {
  if (profile.detection.isTrusted(index)) return [index, SHARED.trusted];
  return isSettledForm(profile, index) ? [index] : [index, SHARED.probation];
}

const OUTCOMES = placeOfFamily('outcomes');
const OUTCOME_HALF_LIFE_MS = 5 * 86_400_000;

/** What stands against a context on account of what came back, under the worst hypothesis. */
export function outcomesAgainst(profile: IdentityProfile, key: ContextKey, nowMs: number): number {
  const index = profile.contextIndex(key);
  if (index < 0) return 0;
  const state = profile.detection;
  const lane = state.lane(index);
  fadeTo(lane, { state, index, nowMs, context: 0 });
  let most = 0;
  for (let i = OUTCOMES; i < lane.length; i += FAMILIES.length - 1) {
    most = Math.max(most, lane[i] ?? 0);
  }
  return most;
}

/** What a context has gathered until now, without a new message. */
export function standingScore(profile: IdentityProfile, index: number, nowMs: number): Scored {
  const state = profile.detection;
  const lane = state.lane(index);
  const context = state.isTrusted(index) ? 0 : state.networkWeight(index);
  fadeTo(lane, { state, index, nowMs, context });
  const { score, hypothesis } = bestOf(lane, context);
  const sums = familySums(lane, hypothesis, context);
  return { score: Math.max(0, score), sums };
}
