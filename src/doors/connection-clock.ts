/** When a door cuts a connection: it is idle, or stuck in the middle of something. */

export interface ClockBounds {
  /** From the first byte of something to its last, and for taking an answer. */
  readonly stuckSeconds: number;
  readonly idleSeconds: number;
}

/** How a connection stands that waits for its peer. */
export interface Standing {
  /** Something has begun and is not complete, or the peer does not take what it is sent. */
  readonly isStuck: boolean;
  /** Counts what was taken so far: whoever gets on is not stuck. */
  readonly taken: number;
}

export class ConnectionClock {
  readonly #bounds: ClockBounds;
  #wasActive = true;
  #quietSince = 0;
  #stuckSince = 0;
  #stuckAt = -1;

  constructor(bounds: ClockBounds) {
    this.#bounds = bounds;
  }

  /** The peer said something, or was answered. */
  heard(): void {
    this.#wasActive = true;
  }

  /**
   * Called now and then, `now` in milliseconds: what the connection is to be cut for, if anything.
   * While the peer waits for us, `standing` is absent and it is cut for nothing.
   */
  look(now: number, standing: Standing | undefined): 'stuck' | 'idle' | undefined {
    if (this.#wasActive) {
      this.#wasActive = false;
      this.#quietSince = now;
    }
    if (standing === undefined) return undefined;
    const { isStuck, taken } = standing;
    if (!isStuck || taken !== this.#stuckAt) {
      this.#stuckAt = taken;
      this.#stuckSince = now;
    }
    if (isStuck && now - this.#stuckSince >= this.#bounds.stuckSeconds * 1000) return 'stuck';
    return now - this.#quietSince >= this.#bounds.idleSeconds * 1000 ? 'idle' : undefined;
  }
}

/** How often connections are looked at. */
export interface SweepOptions {
  /** The shortest time-out there is; it is noticed at most a quarter of it late. */
  readonly shortestSeconds: number;
  /** Nothing is noticed later than this. */
  readonly maxMs: number;
  /** What else is looked at then. */
  readonly also?: () => void;
}

const QUARTER_SECOND_MS = 250;
const MIN_SWEEP_MS = 10;

/** Looks now and then, `now` in milliseconds; the function it gives ends that. */
export function startSweep(
  { shortestSeconds, maxMs, also }: SweepOptions,
  look: (now: number) => void,
): () => void {
  const everyMs = Math.max(MIN_SWEEP_MS, Math.min(maxMs, shortestSeconds * QUARTER_SECOND_MS));
  const timer = setInterval(() => {
    look(performance.now());
    also?.();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
