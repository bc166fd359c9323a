/**
 * What time it is in a log, by its lines. A single line with a wrong clock must not end every wait
 * and make all the others late; when many agree, the clock was set.
 */

/** Quiet hosts write nothing over a night; a clock that was wrong is wrong by more. */
const FAR_MS = 86_400_000;
/** Lines in a row that must agree. */
export const AGREEING_LINES = 20;

export class LogClock {
  nowMs = 0;
  #strange = 0;

  /** The time after this line; it goes back only when the clock was set. */
  observe(atMs: number): number {
    if (this.nowMs === 0 || Math.abs(atMs - this.nowMs) <= FAR_MS) {
      this.#strange = 0;
      if (atMs > this.nowMs) this.nowMs = atMs;
    } else {
      this.#strange += 1;
      if (this.#strange >= AGREEING_LINES) {
        this.#strange = 0;
        this.nowMs = atMs;
      }
    }
    return this.nowMs;
  }
}
