/**
 * How usual a thing is for one identity: its own counts, drawn towards its class while they are few
 * (detection design 1.3, formulas 1 and 2), and what it says when the thing is there or not.
 */
import type { Four } from './hypotheses.ts';

/** Counts of one measure: how often it was true, of how many messages. */
export interface Own {
  readonly hits: number;
  readonly of: number;
}

export interface Prior {
  readonly rate: number;
  /** Messages the prior is worth. */
  readonly strength: number;
  /** Bounds of the own rate: nobody trains himself into the clear. */
  readonly low: number;
  readonly high: number;
}

/** About 330 messages are remembered. */
export const MEMORY = 0.997;
/** Clip of soft evidence, in nats. */
const LEAST = -2;
const MOST = 3;

export function predictive(own: Own, prior: Prior): number {
  const rate = (own.hits + prior.strength * prior.rate) / (own.of + prior.strength);
  return Math.min(prior.high, Math.max(prior.low, rate));
}

/** How usual a thing is under each hypothesis; undefined where it is as usual as with the owner. */
export type AttackRates = readonly [
  spam: number | undefined,
  lateral: number | undefined,
  thread: number | undefined,
  bec: number | undefined,
];

/** @param noSpeaks whether a no may speak against the sender, not only for him */
export function likelihoods(
  isThere: boolean,
  attack: AttackRates,
  { usual, noSpeaks }: { readonly usual: number; readonly noSpeaks: boolean },
): Four {
  const most = isThere || noSpeaks ? MOST : 0;
  const one = (p: number | undefined): number => {
    if (p === undefined) return 0;
    const ratio = isThere ? Math.log(p / usual) : Math.log((1 - p) / (1 - usual));
    return Math.min(most, Math.max(LEAST, ratio));
  };
  return [one(attack[0]), one(attack[1]), one(attack[2]), one(attack[3])];
}
