/** Trouble with the daemon is waited out: a result or an event is not lost while nobody listens. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Telemetry } from '../telemetry/contract.ts';

export interface PatienceOptions {
  readonly telemetry: Pick<Telemetry, 'warn' | 'info'>;
  /** First pause after the desk did not answer. Default 1,000. */
  readonly retryMs?: number;
  /** Said when trouble begins, before its cause, and when it is over. */
  readonly words: { readonly lost: string; readonly found: string };
}

const DEFAULT_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Tries until it is heard or told to stop; trouble is said once, and once when it is over. */
export class Patience {
  readonly #options: PatienceOptions;
  readonly #signal: AbortSignal;
  #isTroubled = false;

  constructor(options: PatienceOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** `undefined` when told to stop before it was heard. */
  async through<R>(work: () => Promise<R>): Promise<R | undefined> {
    const { telemetry, words, retryMs = DEFAULT_RETRY_MS } = this.#options;
    let delayMs = retryMs;
    for (;;) {
      try {
        const result = await work();
        if (this.#isTroubled) telemetry.info(words.found);
        this.#isTroubled = false;
        return result;
      } catch (error) {
        if (this.#isStopped()) return undefined;
        if (!this.#isTroubled) {
          const why = error instanceof Error ? error.message : String(error);
          telemetry.warn(`${words.lost}: ${why}`);
        }
        this.#isTroubled = true;
      }
      await pause(delayMs, undefined, { signal: this.#signal }).catch(() => undefined);
      if (this.#isStopped()) return undefined;
      delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
    }
  }

  #isStopped(): boolean {
    return this.#signal.aborted;
  }
}
