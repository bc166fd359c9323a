/** Asks for tasks, does them one after the other, and says what came of each until it is heard. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Telemetry } from '../telemetry/contract.ts';
import type { AgentDesk } from './contract.ts';
import type { HandsOptions } from './hands-options.ts';
import { doTask } from './hands.ts';
import { Patience } from './patience.ts';

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
  const words = {
    lost: 'The agent does not reach the daemon and tries again',
    found: 'The agent reaches the daemon again.',
  };
  const patience = new Patience({ ...options, words }, signal);
  const announce: HandsOptions['announce'] = (result) => desk.report(mta, [result]);
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    const tasks = await patience.through(() => desk.tasks(mta, { waitMs, signal }));
    for (const task of tasks ?? []) {
      if (isStopped()) return;
      const result = await doTask({ ...options, announce }, task);
      if (result.kind === 'failed') {
        options.telemetry.warn(`The agent could not do ${task.kind}: ${result.error}`);
      }
      await patience.through(() => desk.report(mta, [result]));
    }
    if (tasks?.length === 0) await turn();
  }
}
