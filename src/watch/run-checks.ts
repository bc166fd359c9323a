/** Runs checks, so many at once, each within its time; what goes wrong is `unknown`, never `fail`. */
import { errorText } from './error-text.ts';
import type { Check, Finding, Observation, Tools } from './contract.ts';

/** One check of one target. Beyond it the sessions of the check are closed and it opens no more. */
export const CHECK_TIMEOUT_MS = 120_000;

export interface Task {
  readonly check: Check;
  readonly target: string;
}

export interface RunOptions {
  readonly parallel: number;
  readonly timeoutMs?: number;
  /** Told of each task when it is done. */
  readonly done?: (task: Task, findings: readonly Finding[]) => void;
}

/** Findings in the order of the tasks. */
export async function runTasks(
  tasks: readonly Task[],
  tools: Tools,
  options: RunOptions,
): Promise<readonly Finding[]> {
  const results: (readonly Finding[])[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < tasks.length; at = next++) {
      const task = tasks[at];
      if (task === undefined) return;
      const findings = await runTask(task, tools, options.timeoutMs ?? CHECK_TIMEOUT_MS);
      results[at] = findings;
      options.done?.(task, findings);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, tasks.length) }, worker));
  return results.flat();
}

/** Tasks that were given up and go on: a host is never looked at by two runs of one check. */
const unfinished = new WeakSet<Task>();

async function runTask(task: Task, tools: Tools, timeoutMs: number): Promise<readonly Finding[]> {
  const { check, target } = task;
  const finding = (seen: Observation): Finding => ({ target, ...seen, check: check.id });
  const unknown = (why: string): readonly Finding[] =>
    check.practices.map((practice) =>
      finding({ practice, state: 'unknown', evidence: [`It could not be found out: ${why}.`] }),
    );
  if (unfinished.has(task)) return unknown('the look before it has not ended yet');
  unfinished.add(task);
  const timer = Promise.withResolvers<undefined>();
  const over = new AbortController();
  const handle = setTimeout(() => {
    timer.resolve(undefined);
    over.abort();
  }, timeoutMs);
  const run = async (): Promise<readonly Observation[]> => {
    try {
      return await check.run(target, until(over.signal, tools));
    } finally {
      unfinished.delete(task);
    }
  };
  try {
    const seen = await Promise.race([run(), timer.promise]);
    return seen?.map(finding) ?? unknown(`no end within ${timeoutMs / 1000} s`);
  } catch (error) {
    return unknown(errorText(error));
  } finally {
    clearTimeout(handle);
  }
}

/** The same tools for as long as a check has time: afterwards nobody is asked on. */
function until(signal: AbortSignal, tools: Tools): Tools {
  const { dns } = tools;
  const isOver = (): boolean => signal.aborted;
  return {
    ...tools,
    dns: {
      ...dns,
      ask: (...question) => (isOver() ? Promise.resolve(OVER) : dns.ask(...question)),
      askAt: (...question) => (isOver() ? Promise.resolve(OVER) : dns.askAt(...question)),
    },
    dialogue: (options) => tools.dialogue({ ...options, signal }),
  };
}

const OVER = { kind: 'failed', why: 'the time of the check is over' } as const;
