/** This side of the writing thread: hands it batches, one at a time, and replaces it when it dies. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { PrimumError } from '../../errors.ts';
import { formatBatch, roomOf } from './standing-batch.ts';
import type { Change } from './standing-batch.ts';
import type { SweepStep } from './standing-sweep.ts';
import type { FromWorker, ToWorker } from './standing-worker.ts';

/** Bounds of one part, so that packing never holds the event loop for long (about 0.1 ms). */
const PART_BYTES = 131_072;
const PART_CHANGES = 256;

/**
 * Empty blocks kept, 8 MiB: fresh memory costs more than the packing, and brings on collections of
 * garbage, which the mail path waits for.
 */
const SPARE_BLOCKS = 64;

// The build rewrites imports from .ts to .js but not this: the worker has this file's extension.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class StandingWriter {
  readonly #path: string;
  readonly #onSwept: (step: SweepStep) => void;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;
  readonly #spare: ArrayBuffer[] = [];

  /** `onSwept` is told what a step of the sweep found, before what was written after it is confirmed. */
  constructor(path: string, onSwept: (step: SweepStep) => void) {
    this.#path = path;
    this.#onSwept = onSwept;
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

  /** Looks at some rows of the file, between batches only; `onSwept` has the answer. */
  sweep(): void {
    (this.#worker ??= this.#start()).postMessage('sweep' satisfies ToWorker);
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
      const { to, room } = partFrom(changes, from);
      const part = formatBatch(changes.slice(from, to), this.#block(room));
      const message: ToWorker = { part, last: to === changes.length, changes: changes.length };
      worker.postMessage(message, [part.block]);
      from = to;
      if (from < changes.length) await nextTurn();
    }
  }

  #block(room: number): ArrayBuffer {
    if (room > PART_BYTES) return new ArrayBuffer(room);
    return this.#spare.pop() ?? new ArrayBuffer(PART_BYTES);
  }

  #hear(message: FromWorker): void {
    if ('swept' in message) this.#onSwept(message.swept);
    else if (!('emptied' in message)) this.#settle(message.failed);
    else if (message.emptied.byteLength === PART_BYTES && this.#spare.length < SPARE_BLOCKS) {
      this.#spare.push(message.emptied);
    }
  }

  #start(): Worker {
    const file = new URL(`./standing-worker${EXTENSION}`, import.meta.url);
    const worker = new Worker(file, { workerData: { path: this.#path } });
    worker.unref();
    let cause = 'it stopped';
    worker.on('message', (message: FromWorker) => this.#hear(message));
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

/** Where the part that begins at `from` ends, and the room it needs; at least one change. */
function partFrom(changes: readonly Change[], from: number): { to: number; room: number } {
  let room = 0;
  let to = from;
  for (; to < changes.length && to - from < PART_CHANGES; to += 1) {
    const change = changes[to];
    if (change === undefined) break;
    const needed = roomOf(change);
    if (to > from && room + needed > PART_BYTES) break;
    room += needed;
  }
  return { to, room };
}

function unavailable(path: string, cause: string): PrimumError {
  return new PrimumError(
    'STORE_UNAVAILABLE',
    `Standing state cannot be written to ${path}: ${cause}. It stays in memory and is tried again; free space or mend the disk.`,
  );
}
