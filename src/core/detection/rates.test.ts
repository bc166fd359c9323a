import { describe, expect, it } from 'vitest';
import { DetectionState, DETECTION_BYTES } from '../profile/detection-state.ts';
import { likelihoods, predictive, type Prior } from './rates.ts';

const PRIOR: Prior = { rate: 0.1, strength: 20, low: 0.03, high: 0.6 };
const state = (): DetectionState =>
  new DetectionState(new DataView(new ArrayBuffer(DETECTION_BYTES)), 0);

/** Trains a measure `times` a day for `days` days with yes. */
function trained(days: number, times: number): DetectionState {
  const one = state();
  for (let day = 20_000; day < 20_000 + days; day += 1) {
    for (let i = 0; i < times; i += 1) if (one.mayTrain(day)) one.train(0, true);
  }
  return one;
}

describe('what is usual for an identity (SND-4)', () => {
  it('is what is usual for others until it has messages of its own', () => {
    expect(predictive({ hits: 0, of: 0 }, PRIOR)).toBeCloseTo(0.1);
    expect(predictive({ hits: 10, of: 20 }, PRIOR)).toBeCloseTo(0.3);
  });

  it('stays within bounds, so that nobody trains himself into the clear', () => {
    expect(predictive({ hits: 1e6, of: 1e6 }, PRIOR)).toBe(0.6);
    expect(predictive({ hits: 0, of: 1e6 }, PRIOR)).toBe(0.03);
  });

  it('is learnt at once only while it is new, then a week late', () => {
    const cold = trained(2, 20);
    expect(cold.own(0).of).toBeGreaterThan(28);
    const before = cold.own(0).of;
    for (let day = 20_002; day < 20_008; day += 1) {
      for (let i = 0; i < 20; i += 1) if (cold.mayTrain(day)) cold.train(0, true);
    }
    expect(cold.own(0).of - before).toBeLessThan(3);
  });

  it('takes no more than twenty messages a day', () => {
    const one = state();
    const taken = Array.from({ length: 500 }, () => one.mayTrain(20_000)).filter(Boolean);
    expect(taken).toHaveLength(20);
  });

  it('forgets what waits when mail of those days came back', () => {
    const one = trained(10, 20);
    const before = one.own(0);
    one.untrain();
    for (let day = 20_010; day < 20_040; day += 1) one.mayTrain(day);
    expect(one.own(0)).toEqual(before);
  });
});

describe('what a yes or no says', () => {
  it.each([
    // there, attack, usual, from least to most
    [true, 0.88, 0.08, [2.3, 2.5]],
    [false, 0.88, 0.08, [-2, -2]],
    [true, 0.9, 0.001, [3, 3]],
    [true, undefined, 0.001, [0, 0]],
  ] as const)(
    '%s where attacks have %s and it has %d says %j',
    (isThere, attack, usual, [least, most]) => {
      const [spam] = likelihoods(isThere, [attack, 0.5, 0.5, 0.5], { usual, noSpeaks: false });
      expect(spam).toBeGreaterThanOrEqual(least);
      expect(spam).toBeLessThanOrEqual(most);
    },
  );

  it('a no speaks against nobody unless the measure says so', () => {
    const rates = [0.15, 0.15, 0.15, 0.15] as const;
    expect(likelihoods(false, rates, { usual: 0.6, noSpeaks: false })).toEqual([0, 0, 0, 0]);
    expect(likelihoods(false, rates, { usual: 0.6, noSpeaks: true })[0]).toBeGreaterThan(0.5);
  });
});
