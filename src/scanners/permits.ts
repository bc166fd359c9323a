/** Bounds how many connections to a service are open at once; the rest waits in order. */

export interface Permit {
  /** Whether it may begin at once; else `granted` is called later. */
  readonly isHeld: boolean;
  /** Gives it back, or leaves the queue. May be called more than once. */
  release(): void;
}

export interface Permits {
  /** `undefined` when too many wait already. */
  request(granted: () => void): Permit | undefined;
  readonly held: number;
  readonly waiting: number;
}

export function createPermits(max: number, maxWaiting: number): Permits {
  let held = 0;
  const waiting = new Map<object, () => void>();

  function next(): void {
    while (held < max) {
      const [first] = waiting;
      if (first === undefined) return;
      const [key, start] = first;
      waiting.delete(key);
      held += 1;
      start();
    }
  }

  function createPermit(granted: () => void): Permit {
    const key = {};
    let state: 'waiting' | 'held' | 'gone' = held < max ? 'held' : 'waiting';
    if (state === 'held') held += 1;
    else {
      waiting.set(key, () => {
        state = 'held';
        granted();
      });
    }
    return {
      isHeld: state === 'held',
      release() {
        const was = state;
        state = 'gone';
        if (was === 'waiting') waiting.delete(key);
        if (was !== 'held') return;
        held -= 1;
        next();
      },
    };
  }

  return {
    request: (granted) =>
      held >= max && waiting.size >= maxWaiting ? undefined : createPermit(granted),
    get held() {
      return held;
    },
    get waiting() {
      return waiting.size;
    },
  };
}
