/**
 * Ids of events that were read from a log: the same line has the same id whenever it is read, so
 * that reading twice counts once.
 */
import { createKeyedHash } from '../core/hash.ts';

// A fixed key: the id must be the same on every host. Nobody gains by two lines with one id.
const hash = createKeyedHash(new Uint8Array(16));

/** `log-1k2j3h4g5-9f86d081884c7d65`: time in base 36 sorts, and tells equal text of two years apart. */
export function logEventId(atMs: number, line: string): string {
  return `log-${Math.max(0, atMs).toString(36).padStart(9, '0')}-${hash.hex(line)}`;
}

let lastMs = NaN;
let lastText = '';

/** RFC 3339 in UTC; lines of one second come together. */
export function eventTime(atMs: number): string {
  if (atMs !== lastMs) {
    lastText = new Date(atMs).toISOString();
    lastMs = atMs;
  }
  return lastText;
}
