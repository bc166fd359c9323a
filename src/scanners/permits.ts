/**
 * Bounds how many connections to a service are open at once; the rest waits in order. A share of
 * them is never given to long work, so that a few large messages do not keep the small ones waiting.
 */

export interface Permit {
  /** Whether it may begin at once; else `granted` is called later. */
  readonly isHeld: boolean;
  /** Gives it back, or leaves the queue. May be called more than once. */
  release(): void;
}

export interface Permits {
  /** `undefined` when too many wait already. */
  request(granted: () => void, isLong?: boolean): Permit | undefined;
  readonly held: number;
  readonly waiting: number;
}

/** One in so many connections is for short work only. */
const SHARE_OF_SHORT = 4;

export function createPermits(max: number, maxWaiting: number): Permits {
  let held = 0;
  let heldLong = 0;
  const maxLong = Math.max(1, max - Math.ceil(max / SHARE_OF_SHORT));
  const waiting = new Map<object, { readonly isLong: boolean; readonly start: () => void }>();

  const mayBegin = (isLong: boolean): boolean => held < max && (!isLong || heldLong < maxLong);
  const take = (isLong: boolean): void => {
    held += 1;
    if (isLong) heldLong += 1;
  };

  function next(): void {
    for (const [key, { isLong, start }] of waiting) {
      if (held >= max) return;
      if (!mayBegin(isLong)) continue;
      waiting.delete(key);
      take(isLong);
      start();
    }
  }

  function createPermit(granted: () => void, isLong: boolean): Permit {
    const key = {};
    let state: 'waiting' | 'held' | 'gone' = mayBegin(isLong) ? 'held' : 'waiting';
    if (state === 'held') take(isLong);
    else {
      const start = (): void => {
        state = 'held';
        granted();
      };
      waiting.set(key, { isLong, start });
    }
    return {
      isHeld: state === 'held',
      release() {
        const was = state;
        state = 'gone';
        if (was === 'waiting') waiting.delete(key);
        if (was !== 'held') return;
        held -= 1;
        if (isLong) heldLong -= 1;
        next();
      },
    };
  }

  return {
    request: (granted, isLong = false) =>
      !mayBegin(isLong) && waiting.size >= maxWaiting ? undefined : createPermit(granted, isLong),
    get held() {
      return held;
    },
    get waiting() {
      return waiting.size;
    },
  };
}
