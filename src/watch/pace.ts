/** Never more than so many turns in any second, evenly, in the order they were asked for. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Pace {
  turn(): Promise<void>;
}

/** Timers are late: so much of what was not used is made up for. */
const ARREARS_MS = 100;

/** @param now Milliseconds, for tests. */
export function createPace(
  perSecond: number,
  now: () => number = () => performance.now(),
  wait: (ms: number) => Promise<unknown> = delay,
): Pace {
  const gapMs = 1_000 / perSecond;
  /** When each of the last turns really was: a program that slept must not make up for it at once. */
  const taken = new Float64Array(perSecond).fill(-Infinity);
  let at = 0;
  let next = now();
  let last: Promise<void> = Promise.resolve();

  async function take(): Promise<void> {
    for (;;) {
      const ms = Math.max(next, (taken[at] ?? 0) + 1_000) - now();
      if (ms <= 0) break;
      await wait(ms);
    }
    const time = now();
    taken[at] = time;
    at = (at + 1) % perSecond;
    next = Math.max(next, time - ARREARS_MS) + gapMs;
  }

  return {
    turn() {
      last = last.then(take);
      return last;
    },
  };
}
