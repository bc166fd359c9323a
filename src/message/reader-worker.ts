/** A thread that reads large messages, several at a time as their bytes come. */
import { parentPort, workerData } from 'node:worker_threads';
import { yieldToMail } from '../thread-priority.ts';
import type { FromReader, ReaderSetup, ToReader } from './reader-messages.ts';
import { createKnowledge } from './knowledge.ts';
import { Reading } from './reading.ts';

const { lists, keep, fingerprintKey } = workerData as ReaderSetup;
const knowledge = createKnowledge(lists, fingerprintKey);
const readings = new Map<number, Reading>();

// Ten large messages keep every core busy; small ones and the doors must not wait for that.
yieldToMail();

const never = new Int32Array(new SharedArrayBuffer(4));
const MAX_PAUSE_MS = 5;

/**
 * Rests after each piece for as long as it took. A thread without rest keeps its core for whole
 * slices (Linux, EEVDF), whatever its priority, and short answers of the doors wait for it.
 */
function unhurried(work: () => void): void {
  const startedMs = performance.now();
  work();
  Atomics.wait(never, 0, 0, Math.min(MAX_PAUSE_MS, performance.now() - startedMs));
}

function answer(message: FromReader, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

parentPort?.on('message', (message: ToReader) => {
  const reading = readings.get(message.id);
  switch (message.kind) {
    case 'begin':
      readings.set(message.id, new Reading(message.headers, knowledge, keep));
      break;
    case 'bytes':
      unhurried(() => reading?.body(new Uint8Array(message.buffer, 0, message.length)));
      answer({ kind: 'taken', id: message.id, buffer: message.buffer }, [message.buffer]);
      break;
    case 'end':
      readings.delete(message.id);
      if (reading !== undefined) {
        answer({ kind: 'read', id: message.id, message: reading.end(message.headerBytes) });
      }
      break;
    case 'drop':
      readings.delete(message.id);
      break;
    default:
      message satisfies never;
  }
});
