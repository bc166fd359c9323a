/**
 * What silence says: who wrote every hour and has been silent for days has stopped, and what comes then is more likely
 * somebody else's. Who writes once in three days is not silent after two. Evidence of places that are shared by lane
 * fades by that, once and for good (detection design 1.3, formulas 3 and 6).
 */
import { CONTEXT_LANES, SHARED, type DetectionState } from '../profile/detection-state.ts';
import { SUMMED_FAMILIES, type Family } from './hypotheses.ts';
import { bestOf, fade, placeOfFamily, type Lane } from './lanes.ts';

/** From here a place is in question, or there is something to forget. */
export const IN_QUESTION = 4;
/** Besides being new and writing to strangers, which an owner's new program does too. */
export const SPEAKS = 1.5;
export const SPEAKING: readonly Family[] = ['content', 'outcomes', 'cross'];
/** So many times the usual pause is a silence, and a night is none. */
const PAUSES = 8;
const NIGHT_MS = 86_400_000;
const HALF_LIFE_MS = 1.5 * 86_400_000;
const PREPARATION = placeOfFamily('preparation');

/**
 * Fades a lane to what it is now. Lanes that unproven places share, and those of usual places, fade faster in a
 * silence; what stands against an unproven place by itself does not: the place itself is odd.
 */
export function fadeTo(
  lane: Lane,
  {
    state,
    index,
    nowMs,
    context,
    isUsual = index < CONTEXT_LANES && state.isTrusted(index),
  }: {
    readonly state: DetectionState;
    readonly index: number;
    readonly nowMs: number;
    /** What the place says, as it counts with the sums. */
    readonly context: number;
    /** Judged with the usual places, such as another address of the owner's provider, though it is not known yet. */
    readonly isUsual?: boolean;
  },
): void {
  const sinceMs = state.laneMs(index);
  fade(lane, nowMs - sinceMs);
  const shared = sharedOf(index, isUsual);
  if (shared === undefined || sinceMs === 0) return;
  const share = shareAfter(state, shared, { fromMs: sinceMs, nowMs });
  if (share === 1 || bestOf(lane, context).score < IN_QUESTION) return;
  for (let at = 0; at < lane.length; at += 1) {
    const sum = lane[at] as number;
    if (sum > 0 && at % SUMMED_FAMILIES.length !== PREPARATION) lane[at] = sum * share;
  }
}

/** What is left of evidence after the silence between two times. */
export function shareAfter(
  state: DetectionState,
  shared: number,
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
): number {
  const { lastMs, everyMs } = state.inQuestion(shared);
  // Nothing is known of when that was.
  if (lastMs === 0) return 1;
  const silentFromMs = Math.max(fromMs, lastMs + Math.max(NIGHT_MS, PAUSES * everyMs));
  return 2 ** (-Math.max(0, nowMs - silentFromMs) / HALF_LIFE_MS);
}

function sharedOf(index: number, isUsual: boolean): number | undefined {
  if (index === SHARED.probation || index === SHARED.trusted) return index;
  return isUsual ? SHARED.trusted : undefined;
}
