/** Never more than so many turns a second, in the order they were asked for. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Pace {
  turn(): Promise<void>;
}

/** @param now Milliseconds, for tests. */
export function createPace(
  perSecond: number,
  now: () => number = Date.now,
  wait: (ms: number) => Promise<unknown> = delay,
): Pace {
  const gapMs = 1_000 / perSecond;
  let next = 0;
  return {
    async turn() {
      const at = Math.max(now(), next);
      next = at + gapMs;
      const ms = at - now();
      if (ms > 0) await wait(ms);
    },
  };
}
