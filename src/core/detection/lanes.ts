/**
 * A lane: running sums of evidence, hypothesis by family, as a CUSUM (Page, Biometrika 41, 1954). A
 * context has one of its own; contexts on probation share another, so that one who changes network
 * with each message adds up, and so do all trusted ones (detection design 1.3, formulas 3 to 7).
 */
import {
  CAPS,
  CHOICE,
  FAMILIES,
  HYPOTHESES,
  SUMMED_FAMILIES,
  type Family,
  type Four,
} from './hypotheses.ts';

/** Row by row the hypotheses, in each the summed families. A plain array: one is made for each look. */
export type Lane = number[];

const BEC = HYPOTHESES.indexOf('bec');
const CONTENT = SUMMED_FAMILIES.indexOf('content');
const PREPARATION = SUMMED_FAMILIES.indexOf('preparation');
const WIDTH = SUMMED_FAMILIES.length;
export const LANE_SUMS = HYPOTHESES.length * WIDTH;
/** Evidence loses half its weight in five days. */
const HALF_LIFE_MS = 5 * 86_400_000;
/** A rule that was set goes on working; who set it may wait for days before he writes. */
const PREPARED_HALF_LIFE_MS = 14 * 86_400_000;

/** What speaks for the sender counts, but cannot be saved up. */
const FLOOR = -2;

/** A campaign has links or has none: that there is none is said once, not message by message. */
const CONTENT_FLOOR = -0.7;

/** Who forges a request must ask, sooner or later in each message. */
const floorOf = (hypothesis: number, family: number): number =>
  family === CONTENT && hypothesis !== BEC ? CONTENT_FLOOR : FLOOR;

const CAP_OF: readonly number[] = SUMMED_FAMILIES.map((family) => CAPS[family]);

/** What others said of mail that was sent before. */
const FROM_OUTSIDE = [placeOfFamily('cross'), placeOfFamily('outcomes')];

/** Of doubles from the start: an engine that sees only zeros would store whole numbers first. */
const NOTHING: Lane = Array.from({ length: LANE_SUMS }, () => 0.5).fill(0);

export function emptyLane(): Lane {
  return NOTHING.slice();
}

export function placeOfFamily(family: Family): number {
  return FAMILIES.indexOf(family) - 1;
}

export function fade(lane: Lane, sinceMs: number): void {
  if (sinceMs <= 0) return;
  const share = 2 ** (-sinceMs / HALF_LIFE_MS);
  const prepared = 2 ** (-sinceMs / PREPARED_HALF_LIFE_MS);
  for (let i = 0; i < LANE_SUMS; i += 1) {
    lane[i] = (lane[i] as number) * (i % WIDTH === PREPARATION ? prepared : share);
  }
}

/**
 * @param family index into the summed families
 * @param spare takes, by hypothesis, what speaks for the sender and finds no room above the floor, less
 * what speaks against him
 */
export function add(lane: Lane, family: number, by: Four, spare?: number[]): void {
  for (let h = 0; h < HYPOTHESES.length; h += 1) {
    const at = h * WIDTH + family;
    const sum = (lane[at] as number) + (by[h] as number);
    const least = floorOf(h, family);
    if (spare !== undefined) {
      spare[h] = (spare[h] as number) + Math.max(0, least - sum) - Math.max(0, by[h] as number);
    }
    lane[at] = Math.min(CAP_OF[family] as number, Math.max(least, sum));
  }
}

/**
 * Takes back what was heard from outside of earlier mail, as far as the mail of now speaks for its sender
 * (design 1.3, formula 4): an attack that is over must not go on being held. Never below nothing.
 */
export function relieve(lane: Lane, spare: readonly number[]): void {
  for (let h = 0; h < HYPOTHESES.length; h += 1) {
    let left = Math.max(0, spare[h] as number);
    for (const family of FROM_OUTSIDE) {
      const at = h * WIDTH + family;
      const taken = Math.min(left, Math.max(0, lane[at] as number));
      lane[at] = (lane[at] as number) - taken;
      left -= taken;
    }
  }
}

/**
 * Adds evidence from outside, which good news takes back to nothing and never below: credit could be
 * bought with mail to oneself.
 */
export function addFloored(lane: Lane, family: number, by: Four): void {
  for (let h = 0; h < HYPOTHESES.length; h += 1) {
    const at = h * WIDTH + family;
    const sum = (lane[at] as number) + (by[h] as number);
    lane[at] = Math.min(CAP_OF[family] as number, Math.max(0, sum));
  }
}

/** Adds what is one fact, however often it is seen: a sum never grows above it by it. */
export function addOnce(lane: Lane, family: number, by: Four, spare?: number[]): void {
  const room = by.map((weight, h) => {
    const sum = lane[h * WIDTH + family] as number;
    return weight <= 0 ? weight : Math.min(weight, Math.max(0, weight - sum));
  });
  add(lane, family, room as unknown as Four, spare);
}

/** Adds what was not said before: a sum that is there already stays as it is. */
export function raise(lane: Lane, family: number, to: Four): void {
  for (let h = 0; h < HYPOTHESES.length; h += 1) {
    const at = h * WIDTH + family;
    const most = Math.min(CAP_OF[family] as number, to[h] as number);
    lane[at] = Math.max(lane[at] as number, most);
  }
}

/** No more than this of one family. */
export function capFamily(lane: Lane, family: number, most: number): void {
  for (let at = family; at < LANE_SUMS; at += WIDTH) lane[at] = Math.min(most, lane[at] as number);
}

/** Takes one family out; nothing for the place of a context, which is no sum. */
export function clearFamily(lane: Lane, family: number): void {
  if (family < 0) return;
  for (let at = family; at < LANE_SUMS; at += WIDTH) lane[at] = 0;
}

/**
 * Who forges a request has to ask for something, in words for one reader, or has set the mailbox up for
 * the answer.
 */
function asksFor(lane: Lane, isForm: boolean): boolean {
  const asking = isForm ? PREPARED : ASKING;
  return asking.some((family) => (lane[BEC * WIDTH + family] as number) >= ASKS);
}

const PREPARED = [placeOfFamily('preparation')];
const ASKING = [placeOfFamily('content'), ...PREPARED];
const ASKS = 1.5;

/** The score of one hypothesis before the choice between several is paid for. */
export function scoreOf(lane: Lane, hypothesis: number, context: number): number {
  let sum = Math.min(CAPS.context, context);
  const row = hypothesis * WIDTH;
  for (let f = 0; f < WIDTH; f += 1) sum += Math.min(CAP_OF[f] as number, lane[row + f] as number);
  return sum;
}

export interface LaneScore {
  readonly score: number;
  readonly hypothesis: number;
}

export interface Seen {
  /** Messages were seen, so that their silence says something. */
  readonly isSeen: boolean;
  /** One of many letters with one text. */
  readonly isForm?: boolean;
  /** What the place is worth where that somebody reads there is no word for him: who forges a request waits for answers. */
  readonly readersContext?: number;
}

const UNSEEN: Seen = { isSeen: false };

export function bestOf(lane: Lane, context: number, seen: Seen = UNSEEN): LaneScore {
  let score = -Infinity;
  let hypothesis = 0;
  for (let h = 0; h < HYPOTHESES.length; h += 1) {
    if (seen.isSeen && h === BEC && !asksFor(lane, seen.isForm === true)) continue;
    const found = scoreOf(lane, h, contextFor(h, context, seen));
    if (found <= score) continue;
    score = found;
    hypothesis = h;
  }
  return { score: score - CHOICE, hypothesis };
}

export function contextFor(hypothesis: number, context: number, seen: Seen): number {
  return hypothesis === BEC ? (seen.readersContext ?? context) : context;
}

/**
 * Lets go of what is refuted: a hypothesis at nothing starts anew, so that good conduct cannot be saved
 * up. True when none is left.
 */
export function settle(lane: Lane, context: number): boolean {
  let left = 0;
  for (let h = 0; h < HYPOTHESES.length; h += 1) {
    if (scoreOf(lane, h, context) > 0) {
      left += 1;
      continue;
    }
    // Most are at nothing; for so few places a loop is faster than `fill`.
    for (let f = 0; f < WIDTH; f += 1) lane[h * WIDTH + f] = 0;
  }
  return left === 0;
}

/** What each family says for one hypothesis, capped. */
export function familySums(
  lane: Lane,
  hypothesis: number,
  context: number,
): Readonly<Record<Family, number>> {
  const of = (family: Family): number =>
    Math.min(CAPS[family], lane[hypothesis * WIDTH + placeOfFamily(family)] ?? 0);
  return {
    context: Math.min(CAPS.context, context),
    recipients: of('recipients'),
    content: of('content'),
    timing: of('timing'),
    outcomes: of('outcomes'),
    cross: of('cross'),
    preparation: of('preparation'),
  };
}
