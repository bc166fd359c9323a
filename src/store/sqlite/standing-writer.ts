/** This side of the writing thread: hands it batches, one at a time, and replaces it when it dies. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { PrimumError } from '../../errors.ts';
import { formatBatch } from './standing-batch.ts';
import type { Change } from './standing-batch.ts';
import type { FromWorker, ToWorker } from './standing-worker.ts';

/** Bounds of one part, so that packing never holds the event loop for long (about 0.2 ms). */
const PART_BYTES = 524_288;
const PART_CHANGES = 512;

// The build rewrites imports from .ts to .js but not this: the worker has this file's extension.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class StandingWriter {
  readonly #path: string;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#worker = this.#start();
  }

  /**
   * Writes one batch in one transaction. `changes` and the bytes in it must stay unchanged until
   * `packed` is called. @throws PrimumError STORE_UNAVAILABLE.
   */
  async write(changes: readonly Change[], packed: () => void): Promise<void> {
    const worker = (this.#worker ??= this.#start());
    const answered = new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    // The thread may die while the parts are still being packed; `answered` is awaited below.
    answered.catch(() => undefined);
    worker.ref();
    try {
      await this.#send(worker, changes);
    } finally {
      packed();
    }
    try {
      await answered;
    } finally {
      worker.unref();
    }
  }

  /** Closes the file; what was written before is on disk then. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close' satisfies ToWorker);
    await gone;
  }

  async #send(worker: Worker, changes: readonly Change[]): Promise<void> {
    for (let from = 0; from < changes.length;) {
      const to = partEnd(changes, from);
      const part = formatBatch(changes.slice(from, to));
      const message: ToWorker = { part, last: to === changes.length };
      worker.postMessage(message, [part]);
      from = to;
      if (from < changes.length) await nextTurn();
    }
  }

  #start(): Worker {
    const file = new URL(`./standing-worker${EXTENSION}`, import.meta.url);
    const worker = new Worker(file, { workerData: { path: this.#path } });
    worker.unref();
    let cause = 'it stopped';
    worker.on('message', (answer: FromWorker) => this.#settle(answer.failed));
    worker.on('error', (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#settle(`The writing thread ended: ${cause}`);
    });
    return worker;
  }

  #settle(failed: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (failed === undefined) waiting?.resolve();
    else waiting?.reject(unavailable(this.#path, failed));
  }
}

function partEnd(changes: readonly Change[], from: number): number {
  let bytes = 0;
  let to = from;
  while (to < changes.length && to - from < PART_CHANGES && bytes < PART_BYTES) {
    bytes += changes[to]?.value?.length ?? 0;
    to += 1;
  }
  return to;
}

function unavailable(path: string, cause: string): PrimumError {
  return new PrimumError(
    'STORE_UNAVAILABLE',
    `Standing state cannot be written to ${path}: ${cause}. It stays in memory and is tried again; free space or mend the disk.`,
  );
}
