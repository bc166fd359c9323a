/**
 * The tail of the score among good mail, as counted (detection design 1.3, formula 9): how often an
 * account-day reaches a score, and at which score a wanted number of days does. Sums of independent
 * evidence promise far less than real mail keeps, so thresholds are taken from counts: within them the
 * counts themselves, beyond them the heavier of two fitted tails, and never a promise below 1 in n.
 */

/** Width of a bin of scores, nats. */
export const BIN = 0.05;
/** Higher scores than 50 are one. */
export const BINS = 1_000;
/** The tail begins at this share of the days. */
const TAIL_SHARE = 0.01;
/** Fewer days in the tail have no form. */
export const FEWEST_IN_TAIL = 30;
/** Heavier tails than this have no mean worth the name. */
const HEAVIEST = 0.5;

/** Account-days by the highest score of each; `BINS` counts. */
export type Histogram = Float64Array;

export interface Tail {
  /** Account-days counted. */
  readonly days: number;
  readonly highest: number;
  /** Where the tail begins, and the days in it. */
  readonly from: number;
  readonly inTail: number;
  /** Generalised Pareto (Pickands, Annals of Statistics 3, 1975): scale, shape; none of too few days. */
  readonly fit?: { readonly scale: number; readonly shape: number };
}

export interface Proposal {
  readonly threshold: number;
  /** `counted`: days as high were seen; `fitted`: beyond what was seen; `no`: too few days to say. */
  readonly basis: 'counted' | 'fitted' | 'no';
}

export function binOf(score: number): number {
  // A number that is none counts as the best, not as the end of the table.
  if (!(score > 0)) return 0;
  return Math.min(BINS - 1, Math.floor(score / BIN + 1e-9));
}

const scoreOfBin = (bin: number): number => Math.round(bin * BIN * 100) / 100;

export function tailOf(histogram: Histogram): Tail {
  let days = 0;
  let highest = 0;
  for (let bin = 0; bin < BINS; bin += 1) {
    const count = histogram[bin] ?? 0;
    days += count;
    if (count > 0) highest = bin;
  }
  let from = BINS - 1;
  let inTail = 0;
  // The zeros are no tail, however many they are.
  while (from > 1 && inTail + (histogram[from] ?? 0) <= Math.max(1, days * TAIL_SHARE)) {
    inTail += histogram[from] ?? 0;
    from -= 1;
  }
  from += 1;
  const found = { days, highest: scoreOfBin(highest), from: scoreOfBin(from), inTail };
  return inTail < FEWEST_IN_TAIL ? found : { ...found, fit: fitFrom(histogram, from, inTail) };
}

/** By moments weighted by rank (Hosking and Wallis, Technometrics 29, 1987). */
function fitFrom(histogram: Histogram, from: number, inTail: number): NonNullable<Tail['fit']> {
  let mean = 0;
  let weighted = 0;
  let above = inTail;
  for (let bin = from; bin < BINS; bin += 1) {
    const count = histogram[bin] ?? 0;
    if (count === 0) continue;
    const excess = (bin - from + 0.5) * BIN;
    mean += (excess * count) / inTail;
    // Each of them by how many lie above it, those of its own bin on average half.
    weighted += (excess * count * (above - (count + 1) / 2)) / (inTail * (inTail - 1));
    above -= count;
  }
  const shape = mean > 2 * weighted ? 2 - mean / (mean - 2 * weighted) : 0;
  const sound = Math.min(HEAVIEST, Math.max(0, Number.isFinite(shape) ? shape : 0));
  // A light tail is taken for an exponential one: the careful side.
  return { shape: sound, scale: Math.max(BIN, mean * (1 - sound)) };
}

/** The share of account-days that reach `score`; undefined where too few were counted. */
export function shareAbove(histogram: Histogram, tail: Tail, score: number): number | undefined {
  if (tail.days === 0) return undefined;
  let counted = 0;
  for (let bin = binOf(score); bin < BINS; bin += 1) counted += histogram[bin] ?? 0;
  if (score <= tail.highest) return counted / tail.days;
  if (tail.fit === undefined) return undefined;
  // Beyond what was seen, yet never less than one in as many days and one.
  return Math.max(fitted(tail, score) ?? 0, 1 / (tail.days + 1));
}

/** How often good mail reaches a score, for whoever reads a decision. */
export interface FalseRate {
  /** Of account-days. */
  readonly share: number;
  /** `counted`: days as high were seen; `fitted`: beyond what was seen. */
  readonly basis: 'counted' | 'fitted';
  /** Account-days that were counted. */
  readonly days: number;
}

/** Undefined where too few days were counted to say. */
export function falseRateAt(counted: readonly number[], score: number): FalseRate | undefined {
  const histogram = new Float64Array(BINS);
  histogram.set(counted.slice(0, BINS));
  const tail = tailOf(histogram);
  const share = shareAbove(histogram, tail, score);
  if (share === undefined) return undefined;
  return { share, basis: score <= tail.highest ? 'counted' : 'fitted', days: tail.days };
}

/** Days by the highest score of each, over all cohorts, of what `primum calibrate --json` printed. */
export function countedOf(calibration: unknown): readonly number[] | undefined {
  const { cohorts } = (calibration ?? {}) as { readonly cohorts?: unknown };
  const all = (Array.isArray(cohorts) ? cohorts[0] : undefined) as
    { readonly histogram?: unknown } | undefined;
  const { histogram } = all ?? {};
  const isCounts = (value: unknown): value is readonly number[] =>
    Array.isArray(value) && value.every((count) => Number.isFinite(count) && count >= 0);
  return isCounts(histogram) ? histogram : undefined;
}

function fitted({ fit, from, inTail, days }: Tail, score: number): number | undefined {
  if (fit === undefined) return undefined;
  const over = Math.max(0, score - from);
  const rest =
    fit.shape < 1e-6
      ? Math.exp(-over / fit.scale)
      : (1 + (fit.shape * over) / fit.scale) ** (-1 / fit.shape);
  return (inTail / days) * rest;
}

/** The lowest score that at most `wanted` of the account-days reach. */
export function proposeThreshold(histogram: Histogram, tail: Tail, wanted: number): Proposal {
  if (tail.days * wanted >= 1) {
    let counted = 0;
    let bin = BINS;
    while (bin > 0 && counted + (histogram[bin - 1] ?? 0) <= tail.days * wanted) {
      bin -= 1;
      counted += histogram[bin] ?? 0;
    }
    return { threshold: scoreOfBin(bin), basis: 'counted' };
  }
  const { fit, from, inTail, days } = tail;
  if (fit === undefined) return { threshold: tail.highest, basis: 'no' };
  const ratio = inTail / (days * wanted);
  const over =
    fit.shape < 1e-6
      ? fit.scale * Math.log(ratio)
      : (fit.scale / fit.shape) * (ratio ** fit.shape - 1);
  const threshold = Math.max(tail.highest + BIN, from + over);
  return { threshold: Math.ceil(threshold / BIN) * BIN, basis: 'fitted' };
}

/** The largest distance of two distributions (Kolmogorov and Smirnov); 0 where one is empty. */
export function distanceOf(one: Histogram, other: Histogram): number {
  const sum = (all: Histogram): number => all.reduce((total, count) => total + count, 0);
  const [ofOne, ofOther] = [sum(one), sum(other)];
  if (ofOne === 0 || ofOther === 0) return 0;
  let [below, belowOther, most] = [0, 0, 0];
  for (let bin = 0; bin < BINS; bin += 1) {
    below += (one[bin] ?? 0) / ofOne;
    belowOther += (other[bin] ?? 0) / ofOther;
    most = Math.max(most, Math.abs(below - belowOther));
  }
  return most;
}
