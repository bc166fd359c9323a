/**
 * This side of the thread that compresses a segment. On the event loop the index alone, some 100,000
 * keys to be sorted, would keep an answer waiting for 60 ms. A segment closes seldom: the thread is
 * started for it and ends.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SegmentAnswer, SegmentJob } from './segment-worker.ts';

// The build rewrites imports from .ts to .js but not this: the worker has this file's extension.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** The segment's bytes are damaged: nothing can be made of them. */
export class SegmentDamaged extends Error {
  override readonly name = 'SegmentDamaged';
}

/** Breaks off when the signal says so; what was half written then is no segment. @throws SegmentDamaged */
export async function workOnSegment(job: SegmentJob, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const worker = new Worker(new URL(`./segment-worker${EXTENSION}`, import.meta.url), {
    workerData: job,
  });
  worker.unref();
  let answer: SegmentAnswer = { failed: 'its thread stopped' };
  worker.on('message', (message: SegmentAnswer) => (answer = message));
  worker.on('error', (error: unknown) => {
    answer = { failed: error instanceof Error ? error.message : String(error) };
  });
  const cut = (): void => void worker.terminate();
  signal.addEventListener('abort', cut);
  try {
    await once(worker, 'exit');
  } finally {
    signal.removeEventListener('abort', cut);
  }
  if (answer.failed === undefined) return;
  signal.throwIfAborted();
  throw answer.isDamaged === true ? new SegmentDamaged(answer.failed) : new Error(answer.failed);
}
