/**
 * What other unproven places of an account gathered, as far as it is held against one more (detection design
 * 1.3, formula 6): one who changes his place with each message must add up as one.
 */
import { isOldPlace } from '../old-place.ts';
import { addressKey } from '../profile/address-key.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { ContextFound } from './context.ts';
import { SUMMED_FAMILIES, type Family } from './hypotheses.ts';
import { bestOf, placeOfFamily, type Lane } from './lanes.ts';

/** Program and writing hardly unlike the account's own. */
const LIKE_OWNER = 0.5;
const STAYS_DAYS = 2;
/** From here a place is in question, or there is something to carry. */
const IN_QUESTION = 4;
/** Besides being new and writing to strangers, which an owner's new program does too. */
const SPEAKS = 1.5;
const SPEAKING = ['content', 'outcomes', 'cross'] as const;
/** Who changes his place goes on from the next within a day. */
const GOES_ON_MS = 86_400_000;
const SILENCE_HALF_LIFE_MS = 1.5 * 86_400_000;
const PREPARATION = placeOfFamily('preparation');

/**
 * As far as one hand may be behind both: less of it where the message is made as the owner's are, where the
 * place was there for days, and where the places in question have been silent. A change of settings is the
 * account's, not a place's.
 */
export function carriedTo(subject: SubmissionSubject, context: ContextFound, shared: Lane): Lane {
  if (context.isTrusted || context.isSession) return shared;
  const { account, network, nowMs, profile, world } = subject;
  // A new program at a place of the account is its owner's, and no hop of a thief's.
  const isOld = isOldPlace(account, addressKey(network, world.hash).place, nowMs);
  let share = isOld ? 0 : 1;
  const isMadeOut = context.found.some(({ signal }) => signal === 'making');
  // The webmail makes everybody's mail alike.
  if (isMadeOut && context.making <= LIKE_OWNER && !context.isBrowser) share /= 2;
  const stays = context.index >= 0 && profile.context(context.index).days >= STAYS_DAYS;
  // A program with one letter that has been there for days is nobody's hop.
  if (stays) share = context.isProgram ? 0 : share / 2;
  if (share > 0 && bestOf(shared, context.weight).score >= IN_QUESTION) {
    share *= sharePastSilence(subject);
  }
  if (share === 1) return shared;
  return shared.map((sum, at) =>
    sum > 0 && at % SUMMED_FAMILIES.length !== PREPARATION ? sum * share : sum,
  );
}

/** A hop follows the last place at once: what comes after days of silence is more likely somebody else. */
function sharePastSilence({ profile, nowMs }: SubmissionSubject): number {
  const lastMs = profile.detection.inQuestionMs;
  // Nothing is known of when that was.
  if (lastMs === 0) return 1;
  return 2 ** (-Math.max(0, nowMs - lastMs - GOES_ON_MS) / SILENCE_HALF_LIFE_MS);
}

/** Whether a place is in question by what it did itself. */
export function isInQuestion({
  context,
  itself,
}: {
  readonly context: ContextFound;
  readonly itself: { readonly score: number; readonly sums: Readonly<Record<Family, number>> };
}): boolean {
  if (context.isTrusted || itself.score < IN_QUESTION) return false;
  return SPEAKING.some((family) => itself.sums[family] >= SPEAKS);
}
