/**
 * Reads returned mail in a thread of its own, started with the first message. What hangs or kills the
 * thread costs the messages it had, never an answer of the mail path; the next message gets a new one.
 */
import { Worker } from 'node:worker_threads';
import type { Returned } from './contract.ts';
import type { FromThread, MessageFile, ThreadSetup, ToThread } from './thread-messages.ts';

export type { MessageFile };

/** The thread hung or died over a message, or the reader threw: the message may do so again. */
export class MessageUnreadable extends Error {}

export interface ReadingThread {
  /** Resolves when the thread runs. @throws when it cannot be started. */
  ready(): Promise<void>;
  /** @throws MessageUnreadable, or what the disk says. */
  read(file: MessageFile): Promise<Returned>;
  /** The registered domain whose signature holds for From. @throws MessageUnreadable, or what the disk says. */
  signerOf(file: MessageFile): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface ReadingThreadOptions {
  readonly setup: ThreadSetup;
  /** A message that takes longer hangs. */
  readonly timeoutMs: number;
  /** The thread's program; tests name one that fails. */
  readonly program?: URL;
}

/** MiB: the reader keeps at most some MiB of each of the few messages it has. */
const MAX_HEAP_MIB = 256;

type Question = ToThread extends infer Each
  ? Each extends ToThread
    ? Omit<Each, 'id'>
    : never
  : never;

interface Waiting {
  readonly resolve: (said: FromThread) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export function createReadingThread(options: ReadingThreadOptions): ReadingThread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let isAwake = false;
  let lastId = 0;

  const settle = (id: number): Waiting | undefined => {
    const one = waiting.get(id);
    if (one === undefined) return undefined;
    waiting.delete(id);
    clearTimeout(one.timer);
    if (waiting.size === 0) worker?.unref();
    return one;
  };
  const gone = (from: Worker, reason: string): void => {
    if (from !== worker) return;
    worker = undefined;
    isAwake = false;
    for (const id of waiting.keys()) settle(id)?.reject(new MessageUnreadable(reason));
  };
  const start = (): Worker => {
    const fresh = new Worker(options.program ?? workerUrl(), {
      workerData: options.setup,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    });
    fresh.on('message', (said: FromThread) => settle(said.id)?.resolve(said));
    fresh.on('error', (error: unknown) => {
      gone(fresh, `The reader died: ${error instanceof Error ? error.message : String(error)}`);
    });
    fresh.on('exit', () => gone(fresh, 'The reader died.'));
    return fresh;
  };
  const ask = (question: Question): Promise<FromThread> => {
    const thread = (worker ??= start());
    thread.ref();
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        gone(thread, `The reader did not end within ${options.timeoutMs / 1000} seconds.`);
        void thread.terminate();
      }, options.timeoutMs);
      waiting.set(id, { resolve, reject, timer });
      thread.postMessage({ ...question, id } satisfies ToThread);
    });
  };

  return {
    async ready() {
      if (worker !== undefined && isAwake) return;
      const said = await ask({ kind: 'wake' });
      if (said.kind !== 'awake') throw new Error('The reader of returned mail does not start.');
      isAwake = true;
    },
    async read(file) {
      const said = await ask({ kind: 'read', ...file });
      if (said.kind === 'read') return said.returned;
      throw failureOf(said);
    },
    async signerOf(file) {
      const said = await ask({ kind: 'verify', ...file });
      if (said.kind === 'verified') return said.signer;
      throw failureOf(said);
    },
    async close() {
      const last = worker;
      worker = undefined;
      for (const id of waiting.keys()) settle(id)?.reject(new Error('Primum is closing.'));
      await last?.terminate();
    },
  };
}

function failureOf(said: FromThread): Error {
  if (said.kind !== 'failed') return new MessageUnreadable('The reader answered something else.');
  return said.isOfTheDisk ? new Error(said.reason) : new MessageUnreadable(said.reason);
}

/** Runs as .ts from a checkout and as .js from the built package. */
function workerUrl(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./returned-worker.${extension}`, import.meta.url);
}
