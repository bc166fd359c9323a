/**
 * When the file is walked for records that nobody changed for long: some rows a second, from ten
 * minutes after the start on, once a day. A clock that is wrong at the start has been set by then.
 */
import type { SweepStep } from './standing-sweep.ts';

const STEP_MS = 1_000;
const AFTER_MS = 600_000;
const REST_MS = 86_400_000;

export interface SweeperOptions {
  readonly sweepStepMs?: number;
  readonly sweepAfterMs?: number;
}

export class Sweeper {
  readonly #stepMs: number;
  /** `performance.now()` of the next step. */
  #nextAt: number;

  constructor({ sweepStepMs = STEP_MS, sweepAfterMs = AFTER_MS }: SweeperOptions) {
    this.#stepMs = sweepStepMs;
    this.#nextAt = performance.now() + sweepAfterMs;
  }

  /** Whether the next step is to be asked for now; it is then under way. */
  isDue(): boolean {
    if (performance.now() < this.#nextAt) return false;
    // Should its answer be lost with the writing thread, the next walk begins tomorrow.
    this.#nextAt = performance.now() + REST_MS;
    return true;
  }

  /** Takes the answer; returns what may go. */
  take({ expired, done }: SweepStep): readonly string[] {
    if (!done) this.#nextAt = performance.now() + this.#stepMs;
    return expired;
  }
}
