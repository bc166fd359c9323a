/**
 * Runs every check on a schedule: spread out, a tenth more or less each time, again soon after a
 * finding that got worse, and tells of changes only.
 */
import type { Check, Tools } from './contract.ts';
import type { Change, History } from './history.ts';
import type { WatchPlan } from './plan.ts';
import { runTasks, type Task } from './run-checks.ts';

export interface WatcherOptions {
  readonly plan: WatchPlan;
  readonly checks: readonly Check[];
  readonly history: History;
  readonly everyMs: number;
  readonly confirmAfterMs: number;
  readonly openTools: () => Tools;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly changed: (change: Change) => void;
  /** A run that could not be kept; it goes on. */
  readonly failed: (error: unknown) => void;
}

export interface Watcher {
  /** Does what is due now; how many tasks that were. */
  tick(): Promise<number>;
  /** When the next task is due, in milliseconds since 1970. */
  nextAt(): number;
  start(): void;
  /** Waits for nobody: a host that hangs must not hold up a stop. What comes later is not taken in. */
  close(): void;
  readonly tasks: number;
}

/** Tasks of one batch share their DNS answers; between batches things may have changed. */
const MAX_BATCH = 500;
/** The first look at everything is spread over this time, so that a start is no burst. */
const SPREAD_MS = 15 * 60_000;
const LONGEST_SLEEP_MS = 60_000;
const SHORTEST_SLEEP_MS = 1_000;

interface Due {
  readonly task: Task;
  at: number;
}

export function createWatcher(options: WatcherOptions): Watcher {
  const { plan, checks, history, everyMs, now, random } = options;
  const start = now();
  const spread = Math.min(SPREAD_MS, everyMs);
  const dues: Due[] = checks.flatMap((check) =>
    check
      .targets(plan)
      .map((target) => ({ task: { check, target }, at: start + random() * spread })),
  );
  const order = (): void => void dues.sort((a, b) => a.at - b.at);
  order();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function tick(): Promise<number> {
    const at = now();
    const batch = dues.filter((due) => due.at <= at).slice(0, MAX_BATCH);
    if (batch.length === 0) return 0;
    const again = new Set<Task>();
    const stamp = new Date(at).toISOString();
    await runTasks(
      batch.map(({ task }) => task),
      options.openTools(),
      {
        parallel: plan.parallel,
        done(task, findings) {
          if (isClosed) return;
          for (const finding of findings) {
            const outcome = history.note(finding, stamp);
            if (outcome.kind === 'confirm') again.add(task);
            else if (outcome.kind === 'changed') options.changed(outcome.change);
          }
        },
      },
    );
    for (const due of batch) {
      const wait = again.has(due.task) ? options.confirmAfterMs : everyMs * (0.9 + 0.2 * random());
      due.at = now() + wait;
    }
    order();
    if (!isClosed) history.save();
    return batch.length;
  }

  function sleep(): void {
    if (isClosed || dues.length === 0) return;
    const wait = Math.min(LONGEST_SLEEP_MS, Math.max(SHORTEST_SLEEP_MS, nextAt() - now()));
    timer = setTimeout(() => {
      void tick()
        .catch((error: unknown) => options.failed(error))
        .then(sleep);
    }, wait);
    timer.unref();
  }

  const nextAt = (): number => dues[0]?.at ?? Number.POSITIVE_INFINITY;
  return {
    tick,
    nextAt,
    start: sleep,
    close() {
      isClosed = true;
      clearTimeout(timer);
      history.save();
    },
    tasks: dues.length,
  };
}
