/** Reads files as returned mail, with the shipped knowledge. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Returned, ReturnedOptions } from '../../src/returned/contract.ts';
import { createReturnedReader } from '../../src/returned/read-returned.ts';
import { openReplyClassifier } from '../../src/returned/reply-knowledge.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/returned');

export const classify = openReplyClassifier();

export function fixture(path: string): Buffer {
  return readFileSync(join(FIXTURES, path));
}

export function fixtureJson(path: string): unknown {
  return JSON.parse(fixture(path).toString('utf8'));
}

export function readMessage(message: string | Uint8Array, options?: ReturnedOptions): Returned {
  const reading = createReturnedReader(classify, options).begin();
  reading.feed(typeof message === 'string' ? Buffer.from(message) : message);
  return reading.end();
}
