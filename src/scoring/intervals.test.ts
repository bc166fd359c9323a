import { describe, expect, it } from 'vitest';
import { betaDistribution, logGamma, quantile, shareInterval } from './intervals.ts';

describe('an interval of a share', () => {
  // The values of R's binom.test; for none and all the rule of three.
  // prettier-ignore
  const cases = [
    // count  of        low         high
    [1,       10,       0.002529,   0.445016],
    [5,       10,       0.187086,   0.812914],
    [9,       10,       0.554984,   0.997471],
    [7,       100,      0.028605,   0.138921],
    [0,       10,       0,          0.3],
    [10,      10,       0.7,        1],
    [0,       3_450_000, 0,         3 / 3_450_000],
    [0,       0,        0,          1],
    [0,       2,        0,          1],
  ] as const;

  it.each(cases)('%i of %i is %f to %f at 95 %%', (count, of, low, high) => {
    const found = shareInterval(count, of);
    expect(found.low).toBeCloseTo(low, 5);
    expect(found.high).toBeCloseTo(high, 5);
  });

  it('stays sharp for one in millions', () => {
    const { low, high } = shareInterval(1, 3_000_000);
    expect(low * 3_000_000).toBeCloseTo(0.0253, 3);
    expect(high * 3_000_000).toBeCloseTo(5.572, 2);
  });

  it('stands on known values of its functions', () => {
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
    // Beta(2, 2) has the distribution 3x^2 - 2x^3.
    expect(betaDistribution(0.3, 2, 2)).toBeCloseTo(0.216, 12);
  });
});

describe('a quantile', () => {
  it('is the value of the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.9, 0.95, 0.99].map((share) => quantile(values, share))).toEqual([
      50, 90, 95, 99,
    ]);
    expect(quantile([7], 0.95)).toBe(7);
    expect(quantile([], 0.5)).toBeUndefined();
  });
});
