/** Event ids that rise with time and never come twice, on this node or another. */
import { randomBytes } from 'node:crypto';

/** `0mi5k2c8x-4f9a1c-1`: milliseconds, this process, a counter; base 36 sorts by time. */
export function createEventIds(now: () => number): () => string {
  const node = randomBytes(4).toString('hex');
  let count = 0;
  let latestMs = -1;
  let start = '';
  return () => {
    count += 1;
    const nowMs = now();
    // Many events share a millisecond.
    if (nowMs !== latestMs) {
      latestMs = nowMs;
      start = `${nowMs.toString(36).padStart(9, '0')}-${node}-`;
    }
    return start + count.toString(36);
  };
}
