/**
 * What other unproven places of an account gathered, as far as it is held against one more (detection design
 * 1.3, formula 6): one who changes his place with each message must add up as one.
 */
import type { Evidence } from '../evidence.ts';
import { isOldPlace } from '../old-place.ts';
import { addressKey } from '../profile/address-key.ts';
import { SHARED } from '../profile/detection-state.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { ContextFound } from './context.ts';
import { staysForDays } from './form.ts';
import { SUMMED_FAMILIES, type Family } from './hypotheses.ts';
import { bestOf, placeOfFamily, type Lane } from './lanes.ts';
import { IN_QUESTION, shareAfter, SPEAKING, SPEAKS } from './silence.ts';

/** Program and writing hardly unlike the account's own. */
const LIKE_OWNER = 0.5;
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
  // A program with one letter that has been there for days is nobody's hop, and nothing was set up for it.
  if (isSettledProgram(subject, context)) return shared.map((sum) => Math.min(0, sum));
  if (staysForDays(profile, context.index)) share /= 2;
  // A hop follows the last place at once, whatever else the owner did since then.
  if (share > 0 && bestOf(shared, context.weight).score >= IN_QUESTION) {
    share *= shareAfter(profile.detection, SHARED.probation, { fromMs: 0, nowMs });
  }
  if (share === 1) return shared;
  return shared.map((sum, at) =>
    sum > 0 && at % SUMMED_FAMILIES.length !== PREPARATION ? sum * share : sum,
  );
}

/** Who changes a mailbox waits for its answers; a form that was there for days sends the same to everybody. */
export function isSettledProgram(subject: SubmissionSubject, context: ContextFound): boolean {
  return context.isProgram && staysForDays(subject.profile, context.index);
}

/**
 * Whether a place is in question by what it did itself, which a form that was there for days answers
 * for alone; of a usual place, whose owner goes on writing from it, by what this message says.
 */
export function isInQuestion({
  context,
  isSettled,
  itself,
  evidence,
}: {
  readonly context: ContextFound;
  readonly isSettled: boolean;
  readonly itself: { readonly score: number; readonly sums: Readonly<Record<Family, number>> };
  readonly evidence: readonly Evidence[];
}): boolean {
  if (itself.score < IN_QUESTION) return false;
  if (isSettled && !context.isTrusted) return false;
  if (!context.isTrusted) return SPEAKING.some((family) => itself.sums[family] >= SPEAKS);
  let said = 0;
  for (const { family, weight } of evidence) if (SPEAKING.includes(family)) said += weight;
  return said >= SPEAKS;
}
