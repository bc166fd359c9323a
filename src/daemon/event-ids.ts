/** Event ids that rise with time and never come twice, on this node or another. */
import { randomBytes } from 'node:crypto';

/** `0mi5k2c8x-4f9a1c-1`: milliseconds, this process, a counter; base 36 sorts by time. */
export function createEventIds(now: () => number): () => string {
  const node = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${now().toString(36).padStart(9, '0')}-${node}-${count.toString(36)}`;
  };
}
