/** The writing thread: takes packed changes, one transaction a batch, and says when it is on disk. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { StatementSync } from 'node:sqlite';
import { yieldToMail } from '../../thread-priority.ts';
import { parseBatch, type Packed } from './standing-batch.ts';
import { openStandingDatabase, today } from './standing-database.ts';
import { Sweep, type SweepStep } from './standing-sweep.ts';

/** A part of a batch; the batch is committed with its last part. */
export interface Part {
  readonly part: Packed;
  readonly last: boolean;
  /** Changes of the whole batch. */
  readonly changes: number;
}

export type ToWorker = Part | 'sweep' | 'close';

/** A block is empty and may be filled again. */
export interface Emptied {
  readonly emptied: ArrayBuffer;
}

/** Answer to a whole batch: no `failed` means that it is committed. */
export interface Answer {
  readonly failed?: string;
}

/** Answer to `sweep`. */
export interface Swept {
  readonly swept: SweepStep;
}

export type FromWorker = Emptied | Answer | Swept;

/**
 * Rows written in one go, about 0.2 ms, and the pause after them: a thread that runs for longer keeps
 * its core for a whole slice, and an answer that comes due meanwhile waits (Linux, EEVDF).
 */
const BURST_ROWS = 24;
const PAUSE_MS = 1;
/** Pauses of one batch, so that a large one is not late for them: longer bursts instead. */
const MAX_PAUSES = 150;

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');
const database = openStandingDatabase((workerData as { path: string }).path);
const put: StatementSync = database.prepare(
  'INSERT INTO standing (key, touched, value) VALUES (?, ?, ?) ' +
    'ON CONFLICT (key) DO UPDATE SET touched = excluded.touched, value = excluded.value',
);
const sweep = new Sweep(database);
const drop: StatementSync = database.prepare('DELETE FROM standing WHERE key = ?');

yieldToMail();

let failed: string | undefined;

port.on('message', (message: ToWorker) => {
  if (message === 'close') {
    close(port);
    return;
  }
  if (message === 'sweep') {
    port.postMessage({ swept: sweepStep() } satisfies FromWorker);
    return;
  }
  if (failed === undefined) attempt(message);
  const { block } = message.part;
  port.postMessage({ emptied: block } satisfies FromWorker, [block]);
  if (!message.last) return;
  const answer: FromWorker = failed === undefined ? {} : { failed };
  failed = undefined;
  port.postMessage(answer);
});

function sweepStep(): SweepStep {
  try {
    return sweep.step(today());
  } catch {
    // Whatever is wrong with the disk is said when the next change is written.
    return { expired: [], done: true };
  }
}

function close(from: MessagePort): void {
  try {
    // Moves the log into the file here, so that the main thread need not do it as it closes.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Without space for it the log stays, and the next start reads it.
  }
  database.close();
  from.close();
}

const never = new Int32Array(new SharedArrayBuffer(4));
let rows = 0;

function attempt({ part, last, changes }: Part): void {
  const burst = Math.max(BURST_ROWS, Math.ceil(changes / MAX_PAUSES));
  const day = today();
  try {
    if (!database.isTransaction) database.exec('BEGIN IMMEDIATE');
    for (const { key, value } of parseBatch(part)) {
      if (value === undefined) drop.run(key);
      else put.run(key, day, value);
      rows += 1;
      if (rows % burst === 0) Atomics.wait(never, 0, 0, PAUSE_MS);
    }
    if (last) database.exec('COMMIT');
  } catch (error) {
    failed = error instanceof Error ? error.message : String(error);
    // SQLite has already rolled back by itself after some errors, such as a full disk.
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}
