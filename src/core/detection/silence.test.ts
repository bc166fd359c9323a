/** Who was loud and is silent has stopped; who was always slow has not (design 1.3, formulas 3 and 6). */
import { describe, expect, it } from 'vitest';
import { SHARED } from '../profile/detection-state.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';
import { alike } from './hypotheses.ts';
import { add, bestOf, emptyLane, placeOfFamily } from './lanes.ts';
import { fadeTo } from './silence.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const START = 1_800_000_000;
const HOME = 0;
const AWAY = 1;

/** A thief of whom so many letters came, one each so many seconds; how his lane scores after a pause. */
function after(
  pause: number,
  {
    letters = 20,
    every = 1_200,
    index = SHARED.trusted,
    isUsual = index === HOME,
  }: {
    readonly letters?: number;
    readonly every?: number;
    readonly index?: number;
    readonly isUsual?: boolean;
  } = {},
): number {
  const profile = new IdentityProfile(undefined);
  const state = profile.detection;
  state.setTrust(HOME, 'trusted');
  const lane = emptyLane();
  for (const family of ['recipients', 'content', 'outcomes', 'cross'] as const) {
    add(lane, placeOfFamily(family), alike(6));
  }
  const shared = index > AWAY ? index : isUsual ? SHARED.trusted : SHARED.probation;
  let at = START;
  for (let i = 0; i < letters; i += 1) state.touchInQuestion(shared, (at += every));
  state.setLane(index, lane);
  state.touchLane(index, at);
  const now = state.lane(index);
  fadeTo(now, { state, index, nowMs: (at + pause) * 1_000, context: 0, isUsual });
  return bestOf(now, 0).score;
}

describe('evidence in a silence', () => {
  it('is forgotten of who wrote every twenty minutes and has been silent for four days', () => {
    expect(after(4 * DAY)).toBeLessThan(4);
    expect(after(4 * DAY, { index: HOME })).toBeLessThan(4);
    expect(after(4 * DAY, { index: SHARED.probation })).toBeLessThan(4);
  });

  it('is not of who writes once in three days, nor over a night or a weekend of office hours', () => {
    expect(after(4 * DAY, { every: 3 * DAY })).toBeGreaterThan(11);
    expect(after(DAY)).toBeGreaterThan(18);
    expect(after(2.6 * DAY, { every: 9 * HOUR })).toBeGreaterThan(14);
  });

  it('stays with an unproven place of its own, which is odd itself', () => {
    expect(after(4 * DAY, { index: AWAY })).toBeGreaterThan(11);
  });

  it('is forgotten of a place that is judged with the usual ones, though it never became known', () => {
    expect(after(4 * DAY, { index: AWAY, isUsual: true })).toBeLessThan(4);
  });

  it('is forgotten once and for good, however often somebody looks', () => {
    const profile = new IdentityProfile(undefined);
    const state = profile.detection;
    state.touchInQuestion(SHARED.trusted, START);
    const lane = emptyLane();
    add(lane, placeOfFamily('content'), alike(6));
    add(lane, placeOfFamily('cross'), alike(6));
    state.touchLane(SHARED.trusted, START);
    const at = { state, index: SHARED.trusted, context: 0 };
    const once = lane.slice();
    fadeTo(once, { ...at, nowMs: (START + 2 * DAY) * 1_000 });
    const twice = lane.slice();
    for (const seconds of [1.5 * DAY, 2 * DAY]) {
      fadeTo(twice, { ...at, nowMs: (START + seconds) * 1_000 });
      state.touchLane(SHARED.trusted, START + seconds);
    }
    expect(bestOf(twice, 0).score).toBeCloseTo(bestOf(once, 0).score);
  });

  it('a pause of a week does not make a fast thief a slow one', () => {
    const state = new IdentityProfile(undefined).detection;
    for (let i = 0; i < 20; i += 1) state.touchInQuestion(SHARED.probation, START + i * 1_200);
    state.touchInQuestion(SHARED.probation, START + 8 * DAY);
    expect(state.inQuestion(SHARED.probation).everyMs).toBeLessThan(3 * HOUR * 1_000);
  });
});
