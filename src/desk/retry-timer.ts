/** Calls work again after a failure, less and less often, until it succeeds or is stopped. */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

export class RetryTimer {
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;
  #delayMs = FIRST_MS;
  #isStopped = false;

  constructor(work: () => void) {
    this.#work = work;
  }

  failed(): void {
    this.at(this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_MS);
  }

  succeeded(): void {
    this.#delayMs = FIRST_MS;
  }

  /** Whether a call is under way to be made. */
  get isSet(): boolean {
    return this.#timer !== undefined;
  }

  /** Calls in a time, unless it is set for sooner or later already. */
  at(delayMs: number): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#work();
    }, delayMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
