/**
 * This side of the reading thread: one read after the other, the first asked first, within bounds of number
 * and time. A thread that dies takes the read with it that it was at; the others go to the next one.
 */
import { Worker } from 'node:worker_threads';
import { PrimumError } from '../../../errors.ts';
import type { Read } from './reads.ts';
import type { FromReader, ReadAnswer, ToReader } from './reading-worker.ts';

/** Fifty people whose page is told of a change ask for three or four things each. */
export const MAX_WAITING = 256;
/** From asking to the answer. Every page is to be there in 0.2 s; after this nobody waits for it. */
export const READ_MS = 30_000;
/** How long closing waits for the read that is under way. */
const CLOSE_MS = 2_000;
const CLOSING = 'they close.';
/** A thousand rows with long time lines are some ten MB; nothing that is asked for comes near this. */
const HEAP_MB = 256;

// The build rewrites imports from .ts to .js but not this: the worker has this file's extension.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

export interface ReadingThreadOptions {
  readonly path: string;
  /** Told once when no thread can open the file; from then on everything is read on this thread. */
  readonly onHere: (why: string) => void;
  /** When it begins where nobody reads before; else at once. */
  readonly begins?: Promise<void>;
  readonly readMs?: number;
  readonly maxWaiting?: number;
  readonly heapMb?: number;
}

interface Asked {
  readonly read: Read;
  /** The same read on the main connection. */
  readonly here: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  timer?: NodeJS.Timeout;
}

export class ReadingThread {
  readonly #options: ReadingThreadOptions;
  readonly #waiting: Asked[] = [];
  #current: Asked | undefined;
  #worker: Worker | undefined;
  /** The thread is past its beginning. */
  #isOpen = false;
  #isHere = false;
  #isClosed = false;

  constructor(options: ReadingThreadOptions) {
    this.#options = options;
    if (options.begins === undefined) this.#begin();
    else void options.begins.then(() => this.#begin());
  }

  /** So that whoever reads first does not wait for it, and what is wrong with it is said early. */
  #begin(): void {
    if (!this.#isClosed && !this.#isHere) this.#worker ??= this.#start();
  }

  /** @throws PrimumError STORE_UNAVAILABLE: it failed, took too long, or too many wait. */
  read(read: Read, here: () => Promise<unknown>): Promise<unknown> {
    if (this.#isHere && !this.#isClosed) return here();
    const { maxWaiting = MAX_WAITING, readMs = READ_MS } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw unavailable('they are closed.');
      if (this.#waiting.length >= maxWaiting) {
        throw unavailable(`${maxWaiting} other reads wait already. Ask again in a moment.`);
      }
      const asked: Asked = { read, here, resolve, reject };
      asked.timer = setTimeout(() => this.#late(asked, readMs), readMs);
      this.#waiting.push(asked);
      this.#next();
    });
  }

  /** Ends the thread; what still waits is refused. Before the main connection closes, which tidies the file. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const asked of this.#waiting.splice(0)) end(asked).reject(unavailable(CLOSING));
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close' satisfies ToReader);
    const cut = setTimeout(() => void worker.terminate(), CLOSE_MS);
    await gone;
    clearTimeout(cut);
  }

  #next(): void {
    if (this.#current !== undefined || this.#isClosed) return;
    const asked = this.#waiting.shift();
    if (asked === undefined) return;
    const worker = (this.#worker ??= this.#start());
    this.#current = asked;
    worker.ref();
    try {
      worker.postMessage(asked.read satisfies ToReader);
    } catch (error) {
      // An argument that cannot be sent.
      this.#answer({ failed: error instanceof Error ? error.message : String(error) });
    }
  }

  #answer(answer: ReadAnswer): void {
    const asked = this.#current;
    this.#current = undefined;
    this.#worker?.unref();
    if (asked !== undefined) settle(end(asked), answer);
    this.#next();
  }

  #late(asked: Asked, readMs: number): void {
    const error = unavailable(
      `they were not read within ${readMs / 1000} s. Ask for less, or again when the machine is less busy.`,
    );
    asked.reject(error);
    const place = this.#waiting.indexOf(asked);
    if (place >= 0) this.#waiting.splice(place, 1);
    // What it does cannot be broken off in any other way. The next begins when it is gone. One that only
    // begins goes on: on a busy machine there would never be any.
    else if (this.#isOpen) void this.#worker?.terminate();
  }

  #start(): Worker {
    const { path, heapMb = HEAP_MB } = this.#options;
    const worker = new Worker(new URL(`./reading-worker${EXTENSION}`, import.meta.url), {
      workerData: { path },
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    worker.unref();
    let cause = 'it stopped';
    this.#isOpen = false;
    worker.on('message', (message: FromReader) => {
      if (message === 'opened') this.#isOpen = true;
      else if ('unusable' in message) cause = message.unusable;
      else this.#answer(message);
    });
    worker.on('error', (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      if (this.#isClosed) this.#answer({ failed: CLOSING });
      else if (this.#isOpen) this.#answer({ failed: `the reading thread ended: ${cause}.` });
      else this.#readHere(cause);
    });
    return worker;
  }

  /** Nothing is lost but time of the main thread. */
  #readHere(why: string): void {
    this.#isHere = true;
    const all = [...(this.#current === undefined ? [] : [this.#current]), ...this.#waiting];
    this.#current = undefined;
    this.#waiting.length = 0;
    this.#options.onHere(why);
    for (const asked of all) asked.here().then(end(asked).resolve, asked.reject);
  }
}

function end(asked: Asked): Asked {
  clearTimeout(asked.timer);
  return asked;
}

function settle({ resolve, reject }: Asked, answer: ReadAnswer): void {
  if ('failed' in answer) reject(unavailable(answer.failed));
  else if ('value' in answer) resolve(answer.value);
  else resolve(answer.text === undefined ? undefined : JSON.parse(answer.text));
}

function unavailable(why: string): PrimumError {
  return new PrimumError('STORE_UNAVAILABLE', `The records cannot be read: ${why}`);
}
