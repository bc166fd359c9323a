/**
 * Runs every check on a schedule: spread out, a tenth more or less each time, again soon after a
 * finding that got worse, and tells of changes only.
 */
import type { Check, Tools } from './contract.ts';
import type { Blind, Change, History, Outcome } from './history.ts';
import type { WatchPlan } from './plan.ts';
import { runTasks, type Task } from './run-checks.ts';

export interface WatcherOptions {
  readonly plan: WatchPlan;
  readonly checks: readonly Check[];
  readonly history: History;
  readonly everyMs: number;
  readonly confirmAfterMs: number;
  readonly openTools: () => Tools;
  /** The first look at everything is spread over this time, so that a start is no burst. */
  readonly spreadMs?: number;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Of one look at one target together: what is on six lists is told as one thing. */
  readonly changed: (changes: readonly Change[]) => void;
  /** What nobody has been able to look at for too long; of one batch together. */
  readonly blind?: (blind: readonly Blind[]) => void;
  /** A run that could not be kept; it goes on. */
  readonly failed: (error: unknown) => void;
}

export interface Watcher {
  /** Does what is due now; how many tasks that were. */
  tick(): Promise<number>;
  /** When the next task is due, in milliseconds since 1970. */
  nextAt(): number;
  /** How long it rests now before it looks what is due. */
  waitMs(): number;
  start(): void;
  /** Waits for nobody: a host that hangs must not hold up a stop. What comes later is not taken in. */
  close(): void;
  readonly tasks: number;
  /** Tasks that were not looked at since the start. */
  waiting(): readonly Task[];
}

/** Tasks of one batch share their DNS answers; between batches things may have changed. */
const MAX_BATCH = 500;
const SPREAD_MS = 15 * 60_000;
const LONGEST_SLEEP_MS = 60_000;
const SHORTEST_SLEEP_MS = 1_000;
/** What is due within this time is looked at together: each batch asks every list anew whether it is fit. */
const LONGEST_GATHER_MS = 30_000;

/** All checks of one target, so that they ask for its records once; or those that are looked at again. */
interface Due {
  readonly tasks: readonly Task[];
  readonly isOnce: boolean;
  at: number;
}

export function createWatcher(options: WatcherOptions): Watcher {
  const { plan, checks, history, everyMs, now, random } = options;
  const start = now();
  const spread = Math.min(options.spreadMs ?? SPREAD_MS, everyMs);
  const groups = tasksByTarget(checks, plan);
  let dues: Due[] = groups.map((tasks) => ({
    ...{ tasks, isOnce: false, at: start + random() * spread },
  }));
  const waiting = new Set<Task>(groups.flat());
  const order = (): void => void dues.sort((a, b) => a.at - b.at);
  order();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** Looks at what is due; what got worse. */
  async function look(batch: readonly Due[], at: number): Promise<ReadonlySet<Task>> {
    const again = new Set<Task>();
    const blind: Blind[] = [];
    const stamp = new Date(at).toISOString();
    const tasks = batch.flatMap((due) => due.tasks);
    await runTasks(tasks, options.openTools(), {
      parallel: plan.parallel,
      done(task, findings) {
        if (isClosed) return;
        waiting.delete(task);
        const seen = { check: task.check.id, target: task.target, findings };
        const outcomes = history.noteAll(seen, stamp);
        if (outcomes.some(({ kind }) => kind === 'confirm')) again.add(task);
        blind.push(...outcomes.flatMap((one) => (one.kind === 'blind' ? [one.blind] : [])));
        const changes = changesIn(outcomes);
        if (changes.length > 0) options.changed(changes);
      },
    });
    if (blind.length > 0) options.blind?.(blind);
    return again;
  }

  async function tick(): Promise<number> {
    const at = now();
    const batch = firstOf(dues, at);
    if (batch.length === 0) return 0;
    const again = await look(batch, at);
    dues.push(...reschedule(batch, again, options));
    dues = dues.filter((due) => due.at < Number.POSITIVE_INFINITY);
    order();
    if (!isClosed) history.save();
    return batch.reduce((sum, { tasks }) => sum + tasks.length, 0);
  }

  const waitMs = (): number => restOf(nextAt() - now(), options);

  function sleep(): void {
    if (isClosed || dues.length === 0) return;
    timer = setTimeout(() => {
      void tick()
        .catch((error: unknown) => options.failed(error))
        .then(sleep);
    }, waitMs());
    timer.unref();
  }

  const nextAt = (): number => dues[0]?.at ?? Number.POSITIVE_INFINITY;
  return {
    tick,
    nextAt,
    waitMs,
    start: sleep,
    close() {
      isClosed = true;
      clearTimeout(timer);
      history.save(true);
    },
    tasks: groups.reduce((sum, tasks) => sum + tasks.length, 0),
    waiting: () => [...waiting],
  };
}

const changesIn = (outcomes: readonly Outcome[]): readonly Change[] =>
  outcomes.flatMap((outcome) => (outcome.kind === 'changed' ? [outcome.change] : []));

/** How long to rest when that much is left until the next task. */
function restOf(leftMs: number, { everyMs, confirmAfterMs }: WatcherOptions): number {
  const gather = Math.min(LONGEST_GATHER_MS, everyMs / 500, confirmAfterMs / 10);
  const shortest = leftMs <= 0 ? SHORTEST_SLEEP_MS : Math.max(SHORTEST_SLEEP_MS, gather);
  return Math.min(LONGEST_SLEEP_MS, Math.max(shortest, leftMs));
}

function tasksByTarget(checks: readonly Check[], plan: WatchPlan): readonly (readonly Task[])[] {
  const groups = new Map<string, Task[]>();
  for (const check of checks)
    for (const target of check.targets(plan)) {
      const tasks = groups.get(target);
      if (tasks === undefined) groups.set(target, [{ check, target }]);
      else tasks.push({ check, target });
    }
  return [...groups.values()];
}

/** Sets when a batch is looked at next; what got worse is due once more before. */
function reschedule(
  batch: readonly Due[],
  again: ReadonlySet<Task>,
  { now, random, everyMs, confirmAfterMs }: WatcherOptions,
): readonly Due[] {
  const end = now();
  return batch.flatMap((due) => {
    due.at = due.isOnce ? Number.POSITIVE_INFINITY : end + everyMs * (0.9 + 0.2 * random());
    const tasks = due.tasks.filter((task) => again.has(task));
    return tasks.length === 0 ? [] : [{ tasks, isOnce: true, at: end + confirmAfterMs }];
  });
}

/** The first of an ordered list that are due, until their tasks fill a batch. */
function firstOf(dues: readonly Due[], at: number): readonly Due[] {
  const batch: Due[] = [];
  let count = 0;
  for (const due of dues) {
    if (due.at > at || count >= MAX_BATCH) break;
    batch.push(due);
    count += due.tasks.length;
  }
  return batch;
}
