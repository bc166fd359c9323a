/** Asks for tasks, does them one after the other, and says what came of each until it is heard. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Telemetry } from '../telemetry/contract.ts';
import type { AgentDesk } from './contract.ts';
import type { HandsOptions } from './hands-options.ts';
import { doTask } from './hands.ts';

export interface AgentOptions extends HandsOptions {
  readonly desk: AgentDesk;
  readonly telemetry: Pick<Telemetry, 'warn' | 'info'>;
  /** How long one question waits for something to do. Default 20,000. */
  readonly waitMs?: number;
  /** First pause after the desk did not answer. Default 1,000. */
  readonly retryMs?: number;
}

export interface RunningAgent {
  /** Finishes the task under way. */
  close(): Promise<void>;
}

const DEFAULT_WAIT_MS = 20_000;
const DEFAULT_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

export function startAgent(options: AgentOptions): RunningAgent {
  const stop = new AbortController();
  const ended = loop(options, stop.signal);
  return {
    async close() {
      stop.abort();
      await ended;
    },
  };
}

async function loop(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { desk, mta, waitMs = DEFAULT_WAIT_MS } = options;
  const patience = new Patience(options, signal);
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    const tasks = await patience.through(() => desk.tasks(mta, { waitMs, signal }));
    for (const task of tasks ?? []) {
      if (isStopped()) return;
      const result = await doTask(options, task);
      if (result.kind === 'failed') {
        options.telemetry.warn(`The agent could not do ${task.kind}: ${result.error}`);
      }
      await patience.through(() => desk.report(mta, [result]));
    }
    if (tasks?.length === 0) await pause(0);
  }
}

/** Tries until it is heard or told to stop; trouble is said once, and once when it is over. */
class Patience {
  readonly #options: AgentOptions;
  readonly #signal: AbortSignal;
  #isTroubled = false;

  constructor(options: AgentOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** `undefined` when told to stop before it was heard. */
  async through<R>(work: () => Promise<R>): Promise<R | undefined> {
    const { telemetry, retryMs = DEFAULT_RETRY_MS } = this.#options;
    let delayMs = retryMs;
    for (;;) {
      try {
        const result = await work();
        if (this.#isTroubled) telemetry.info('The agent reaches the daemon again.');
        this.#isTroubled = false;
        return result;
      } catch (error) {
        if (this.#isStopped()) return undefined;
        if (!this.#isTroubled) {
          const why = error instanceof Error ? error.message : String(error);
          telemetry.warn(`The agent does not reach the daemon and tries again: ${why}`);
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
