import { describe, expect, it } from 'vitest';
import { ConnectionClock } from './connection-clock.ts';

const BOUNDS = { stuckSeconds: 60, idleSeconds: 1100 };
const QUIET = { isStuck: false, taken: 0 };
const STUCK = { isStuck: true, taken: 0 };

/** Looks every ten seconds from `from` to `to`; when it is cut and for what. */
function cutOf(
  clock: ConnectionClock,
  [from, to]: readonly [number, number],
  standing: Parameters<ConnectionClock['look']>[1],
): string | undefined {
  for (let at = from; at <= to; at += 10) {
    const due = clock.look(at * 1000, standing);
    if (due !== undefined) return `${due} at ${at}`;
  }
  return undefined;
}

describe('the clock of a connection', () => {
  it('cuts one that is silent, counted from what was heard last', () => {
    const clock = new ConnectionClock(BOUNDS);
    expect(cutOf(clock, [0, 1000], QUIET)).toBeUndefined();
    clock.heard();
    expect(cutOf(clock, [1010, 3000], QUIET)).toBe('idle at 2110');
  });

  it('cuts one that is stuck, however much it dribbles', () => {
    const clock = new ConnectionClock(BOUNDS);
    cutOf(clock, [0, 100], QUIET);
    for (const at of [110, 120, 130, 140, 150]) {
      clock.heard();
      expect(clock.look(at * 1000, STUCK)).toBeUndefined();
    }
    expect(cutOf(clock, [160, 300], STUCK)).toBe('stuck at 160');
  });

  it('does not cut one that gets on, or that waits for us', () => {
    const clock = new ConnectionClock(BOUNDS);
    for (let taken = 1; taken < 100; taken += 1) {
      clock.heard();
      expect(clock.look(taken * 30_000, { isStuck: true, taken })).toBeUndefined();
    }
    expect(cutOf(clock, [3000, 9000], undefined)).toBeUndefined();
  });
});
