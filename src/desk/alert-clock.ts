/**
 * When an alert may leave: the first of a cause at once, those of other accounts with the same
 * cause together, one message a window (SND-2: never one per message).
 */

/** Gives a lock the time to join the alert of the same decision. */
export const SETTLE_MS = 1000;

/** Causes that are remembered; forgetting one costs at most one message more. */
const MAX_CAUSES = 1000;

interface Window {
  readonly endsAtMs: number;
  /** Whether a message leaves when it ends. */
  readonly hasNext: boolean;
}

export class AlertClock {
  readonly #groupMs: number;
  readonly #windows = new Map<string, Window>();

  constructor(groupSeconds: number) {
    this.#groupMs = groupSeconds * 1000;
  }

  /** The earliest time for an alert that comes up now. */
  notBefore(cause: string, nowMs: number): number {
    const window = this.#windows.get(cause);
    this.#windows.delete(cause);
    const [next, leavesAtMs] = this.#next(window, nowMs);
    this.#windows.set(cause, next);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > MAX_CAUSES && oldest !== undefined) this.#windows.delete(oldest);
    return leavesAtMs;
  }

  #next(window: Window | undefined, nowMs: number): [Window, number] {
    if (window !== undefined && nowMs < window.endsAtMs) {
      return [{ ...window, hasNext: true }, window.endsAtMs];
    }
    const follower = window?.hasNext === true ? window.endsAtMs + this.#groupMs : 0;
    // A message left when the last window ended, so a new window began there.
    if (nowMs < follower) return [{ endsAtMs: follower, hasNext: true }, follower];
    return [{ endsAtMs: nowMs + this.#groupMs, hasNext: false }, nowMs + SETTLE_MS];
  }
}
