/** A thread that reads large messages, several at a time as their bytes come. */
import { parentPort, workerData } from 'node:worker_threads';
import { yieldToMail } from '../thread-priority.ts';
import type { FromReader, ReaderSetup, ToReader } from './reader-messages.ts';
import { createKnowledge } from './knowledge.ts';
import { Reading } from './reading.ts';

const { lists, keep } = workerData as ReaderSetup;
const knowledge = createKnowledge(lists);
const readings = new Map<number, Reading>();

// Ten large messages keep every core busy; small ones and the doors must not wait for that.
yieldToMail();

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
      reading?.body(new Uint8Array(message.buffer, 0, message.length));
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
