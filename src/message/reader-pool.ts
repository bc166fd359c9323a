/**
 * Threads for large messages: few, the first started with the first message of any size, each reading
 * several messages as their bytes arrive. What is under way for a message is bounded, and so are the
 * messages; a thread that dies or hangs costs what it was reading, never an answer.
 */
import { Worker } from 'node:worker_threads';
import type { HeaderField } from './contract.ts';
import type { ReadMessage } from './facts.ts';
import type { FromReader, ReaderSetup, ToReader } from './reader-messages.ts';

/** One piece handed over; buffers come back and are filled again. */
export const PIECE_BYTES = 64 * 1024;

/** Pieces of one message under way before its sender must wait. */
export const MAX_PIECES = 8;

/**
 * Large messages read at the same time, half of them of one owner; with their pieces that is 32 MiB at
 * most.
 */
export const MAX_OPEN_MESSAGES = 64;

/** Heap of one thread, MiB: text and HTML of a message are bounded far below. */
const MAX_HEAP_MIB = 96;
/** Of it for what was made lately: bytes come in pieces that are none of this heap. */
const MAX_YOUNG_MIB = 4;

export interface PoolOptions {
  readonly setup: ReaderSetup;
  readonly threads: number;
  /** From the end of a message to its facts; a thread that takes longer hangs. */
  readonly timeoutMs: number;
  readonly onFailure: (reason: string) => void;
  /** The thread's program; tests name one that fails. */
  readonly program?: URL;
}

export type PooledOutcome = ReadMessage | 'failed' | 'late';

/** One large message on its way through a thread. */
export interface PooledReading {
  /** Copies the bytes. False: wait for `drained`. */
  body(chunk: Uint8Array): boolean;
  drained(): Promise<void>;
  end(headerBytes: number): Promise<PooledOutcome>;
  abort(): void;
}

export interface ReaderPool {
  /** Starts a thread if none was yet: a large message need not wait for it, nor bring its memory. */
  warm(): void;
  /** `undefined` when as many messages as may be are under way, of all or of this owner. */
  begin(headers: readonly HeaderField[], owner: string): PooledReading | undefined;
  close(): Promise<void>;
}

/** A thread with the messages it reads. */
class Thread {
  readonly readings = new Map<number, Pooled>();
  readonly worker: Worker;
  #isGone = false;

  constructor(options: PoolOptions, onGone: (thread: Thread, reason: string) => void) {
    this.worker = new Worker(options.program ?? workerUrl(), {
      workerData: options.setup,
      resourceLimits: {
        maxOldGenerationSizeMb: MAX_HEAP_MIB,
        maxYoungGenerationSizeMb: MAX_YOUNG_MIB,
      },
    });
    this.worker.unref();
    const gone = (reason: string): void => {
      if (this.#isGone) return;
      this.#isGone = true;
      onGone(this, reason);
      for (const reading of this.readings.values()) reading.settle('failed');
      this.readings.clear();
    };
    this.worker.on('message', (message: FromReader) => {
      this.readings.get(message.id)?.hear(message);
    });
    this.worker.on('error', (error: Error) => gone(error.message));
    this.worker.on('exit', () => gone('it ended early'));
  }

  say(message: ToReader, transfer: ArrayBuffer[] = []): void {
    if (!this.#isGone) this.worker.postMessage(message, transfer);
  }

  add(id: number, reading: Pooled): void {
    if (this.readings.size === 0) this.worker.ref();
    this.readings.set(id, reading);
  }

  remove(id: number): void {
    if (this.readings.delete(id) && this.readings.size === 0) this.worker.unref();
  }
}

class Pooled implements PooledReading {
  readonly owner: string;
  readonly #id: number;
  readonly #thread: Thread;
  readonly #timeoutMs: number;
  readonly #free: ArrayBuffer[] = [];
  #filling: Uint8Array | undefined;
  #filled = 0;
  #underWay = 0;
  #waiting: (() => void)[] = [];
  #outcome: PooledOutcome | undefined;
  #onOutcome: ((outcome: PooledOutcome) => void) | undefined;

  constructor(id: number, owner: string, thread: Thread, timeoutMs: number) {
    this.owner = owner;
    this.#id = id;
    this.#thread = thread;
    this.#timeoutMs = timeoutMs;
  }

  body(chunk: Uint8Array): boolean {
    if (this.#outcome !== undefined) return true;
    for (let at = 0; at < chunk.length;) {
      this.#filling ??= new Uint8Array(this.#free.pop() ?? new ArrayBuffer(PIECE_BYTES));
      const piece = chunk.subarray(at, at + PIECE_BYTES - this.#filled);
      this.#filling.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === PIECE_BYTES) this.#send();
    }
    return this.#underWay < MAX_PIECES;
  }

  #send(): void {
    if (this.#filling === undefined) return;
    const buffer = this.#filling.buffer as ArrayBuffer;
    this.#underWay += 1;
    this.#thread.say({ kind: 'bytes', id: this.#id, buffer, length: this.#filled }, [buffer]);
    this.#filling = undefined;
    this.#filled = 0;
  }

  drained(): Promise<void> {
    if (this.#outcome !== undefined || this.#underWay < MAX_PIECES) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(headerBytes: number): Promise<PooledOutcome> {
    this.#send();
    this.#thread.say({ kind: 'end', id: this.#id, headerBytes });
    return new Promise((resolve) => {
      if (this.#outcome !== undefined) {
        resolve(this.#outcome);
        return;
      }
      const timer = setTimeout(() => {
        this.settle('late');
        void this.#thread.worker.terminate();
      }, this.#timeoutMs);
      this.#onOutcome = (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
    });
  }

  abort(): void {
    this.#thread.say({ kind: 'drop', id: this.#id });
    this.settle('failed');
  }

  hear(message: FromReader): void {
    if (message.kind === 'read') {
      this.settle(message.message);
      return;
    }
    this.#underWay -= 1;
    if (this.#outcome === undefined) this.#free.push(message.buffer);
    if (this.#underWay < MAX_PIECES) this.#wake();
  }

  settle(outcome: PooledOutcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#thread.remove(this.#id);
    // Given back now and not at the next collection.
    for (const buffer of this.#free.splice(0)) buffer.transfer(0);
    this.#wake();
    this.#onOutcome?.(outcome);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

export function createReaderPool(options: PoolOptions): ReaderPool {
  const threads: Thread[] = [];
  let lastId = 0;
  let isClosed = false;
  let isWarm = false;
  const onGone = (thread: Thread, reason: string): void => {
    const index = threads.indexOf(thread);
    if (index >= 0) threads.splice(index, 1);
    if (!isClosed) options.onFailure(reason);
  };
  /** The least busy thread; a new one while all are busy and there may be more. */
  const pick = (): Thread => {
    const idlest = threads.toSorted((a, b) => a.readings.size - b.readings.size)[0];
    const isFree = idlest !== undefined && idlest.readings.size === 0;
    if (isFree || (idlest !== undefined && threads.length >= options.threads)) return idlest;
    return start();
  };
  const start = (): Thread => {
    const thread = new Thread(options, onGone);
    threads.push(thread);
    isWarm = true;
    return thread;
  };
  return {
    warm() {
      if (!isWarm && !isClosed) start();
    },
    begin(headers, owner) {
      const open = threads.flatMap(({ readings }) => [...readings.values()]);
      const own = open.filter((reading) => reading.owner === owner).length;
      // Nobody has more of it than is free, so that there is always room for somebody else.
      if (isClosed || own >= MAX_OPEN_MESSAGES - open.length) return undefined;
      lastId += 1;
      const thread = pick();
      const reading = new Pooled(lastId, owner, thread, options.timeoutMs);
      thread.add(lastId, reading);
      thread.say({ kind: 'begin', id: lastId, headers });
      return reading;
    },
    async close() {
      isClosed = true;
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Runs as .ts from a checkout and as .js from the built package. */
function workerUrl(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./reader-worker.${extension}`, import.meta.url);
}
