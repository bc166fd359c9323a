import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { calm } from './calm.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('reading again after changes', () => {
  it('is done once for many that come at once, and never lost', () => {
    const work = vi.fn();
    const { ask } = calm(work, { spreadMs: 400, everyMs: 1_000, random: () => 0.5 });
    ask();
    ask();
    expect(work).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(work).toHaveBeenCalledTimes(1);
    ask();
    vi.advanceTimersByTime(1_199);
    expect(work).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(60_000);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('is done at most once a second while changes come four times a second', () => {
    const work = vi.fn();
    const { ask, stop } = calm(work, { spreadMs: 400, everyMs: 1_000 });
    for (let told = 0; told < 40; told += 1) {
      ask();
      vi.advanceTimersByTime(250);
    }
    expect(work.mock.calls.length).toBeLessThanOrEqual(10);
    expect(work.mock.calls.length).toBeGreaterThanOrEqual(6);
    stop();
  });

  it('is spread over those who are told in the same moment', () => {
    const times: number[] = [];
    for (let one = 0; one < 50; one += 1) {
      const { ask } = calm(() => times.push(performance.now()), { spreadMs: 400, everyMs: 1_000 });
      ask();
    }
    vi.advanceTimersByTime(400);
    expect(times).toHaveLength(50);
    expect(new Set(times.map((ms) => Math.floor(ms / 50))).size).toBeGreaterThan(4);
  });

  it('is not done after it was stopped', () => {
    const work = vi.fn();
    const one = calm(work, { spreadMs: 0, everyMs: 1_000 });
    one.ask();
    one.stop();
    vi.advanceTimersByTime(5_000);
    expect(work).not.toHaveBeenCalled();
  });
});
