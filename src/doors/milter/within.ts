/** Time-outs of the door's own, so that the MTA never waits for its own. */
import type { Maybe } from '../../core/maybe.ts';

/** What the promise gives; `otherwise` when it rejects or takes longer. Values pass at once. */
export function within<T, E>(
  waitMs: number,
  value: Maybe<T>,
  otherwise: (reason: 'late' | 'failed') => E,
): Maybe<T | E> {
  if (!(value instanceof Promise)) return value;
  const pending = value;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(otherwise('late'));
    }, waitMs);
    pending.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      () => {
        clearTimeout(timer);
        resolve(otherwise('failed'));
      },
    );
  });
}
