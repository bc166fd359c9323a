/** When to try again: twice as late each time, with chance, so that many jobs do not come at once. */
import type { DeliveryOptions } from './options.ts';

/** @param chance 0 to 1. */
export function retryDelayMs(
  attempts: number,
  options: Pick<DeliveryOptions, 'firstRetrySeconds' | 'maxRetrySeconds'>,
  chance: number,
): number {
  const doubled = options.firstRetrySeconds * 2 ** Math.min(attempts, 30);
  const longest = Math.min(doubled, options.maxRetrySeconds) * 1000;
  return longest / 2 + (longest / 2) * chance;
}
