import { describe, expect, it } from 'vitest';
import { isUnusual } from './unusual.ts';

/** A day of which each hour has a band up to `high`, and nothing but these values. */
const day = (high: number, ...values: readonly number[]) =>
  Array.from({ length: 24 }, (_, index) => ({
    at: new Date(Date.UTC(2026, 10, 27, index)).toISOString(),
    value: values[index] ?? 0,
    usual: { low: 0, middle: Math.floor(high / 2), high },
  }));

describe('a day is unusual', () => {
  it.each([
    ['of which three hours are above their band', day(10, 20, 20, 20), true],
    ['of which two are', day(10, 20, 20), false],
    ['that has all of it in one hour, where there is never any', day(0, 9), true],
    ['that has a few, where there are never any', day(0, 5), false],
    ['that has three times its band and more in one hour', day(10, 726), true],
    ['that has as much as usual', day(10, ...Array<number>(24).fill(10)), false],
  ])('%s (or not)', (_, hours, is) => {
    expect(isUnusual(hours, false)).toBe(is);
  });

  it('by what there is now, where it is told how much there is', () => {
    const now = (value: number) => day(0, ...Array<number>(23).fill(0), value);
    expect(isUnusual(now(9), true)).toBe(true);
    expect(isUnusual(now(5), true)).toBe(false);
    expect(isUnusual(day(0, 9), true)).toBe(false);
  });

  it('or by its hours, of which one or two are no sign', () => {
    expect(isUnusual(day(0, ...Array<number>(24).fill(1)), true)).toBe(false);
    expect(isUnusual(day(0, 9, 9, 9), true)).toBe(true);
  });

  it('never by hours of which nothing usual is known', () => {
    const hours = day(0, 900, 900, 900).map(({ at, value }) => ({ at, value }));
    expect(isUnusual(hours, false)).toBe(false);
  });
});
