/** Exact counts of the last five minutes, on a clock of the test's own. */
import { describe, expect, it } from 'vitest';
import { createCounters } from './counters.ts';

describe('the counters', () => {
  it('sort times into the buckets of weakforced', () => {
    const counters = createCounters();
    for (const took of [0, 0.9, 1, 9.9, 10, 99, 100, 999, 1_000, 60_000]) {
      counters.answered('allow', 100_000 - took, 100_000);
    }
    expect(counters.times(100_000)).toEqual({
      WTR_0_1: 2,
      WTR_1_10: 2,
      WTR_10_100: 2,
      WTR_100_1000: 2,
      WTR_Slow: 2,
      WTW_0_1: 10,
      WTW_1_10: 0,
      WTW_10_100: 0,
      WTW_100_1000: 0,
      WTW_Slow: 0,
    });
  });

  it('count every command exactly and forget it after five minutes', () => {
    const counters = createCounters();
    for (let i = 0; i < 1_000; i++) counters.answered('allow', i, i);
    counters.answered('report', 299_000, 299_000);
    expect(counters.commands(299_999)).toEqual({ allow: 1_000, report: 1 });
    expect(counters.commands(300_000)).toEqual({ report: 1 });
    expect(counters.commands(594_999)).toEqual({ report: 1 });
    expect(counters.commands(600_000)).toEqual({});
  });

  it('start a slot anew when its time comes round', () => {
    const counters = createCounters();
    counters.answered('allow', 0, 0);
    counters.answered('ping', 300_000, 300_000);
    expect(counters.commands(300_000)).toEqual({ ping: 1 });
  });
});
