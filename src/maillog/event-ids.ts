/**
 * Ids of events that were read from a log: the same line has the same id whenever it is read, so
 * that reading twice counts once.
 */
import { createKeyedHash } from '../core/hash.ts';

// A fixed key: the id must be the same on every host. Nobody gains by two lines with one id.
const hash = createKeyedHash(new Uint8Array(16));

let stampMs = NaN;
let stampText = '';

/** `log-1k2j3h4g5-9f86d081884c7d65`: time in base 36 sorts, and tells equal text of two years apart. */
export function logEventId(atMs: number, line: string): string {
  if (atMs !== stampMs) {
    stampMs = atMs;
    stampText = `log-${Math.max(0, atMs).toString(36).padStart(9, '0')}-`;
  }
  return stampText + hash.hex(line);
}

const MINUTE_MS = 60_000;
let lastMs = NaN;
let lastText = '';
let minuteMs = NaN;
let minuteText = '\n';

/** RFC 3339 in UTC; lines of one minute come together, and it is worked out once. */
export function eventTime(atMs: number): string {
  if (atMs === lastMs) return lastText;
  const rest = atMs - minuteMs;
  if (rest >= 0 && rest < MINUTE_MS && Number.isInteger(rest)) {
    lastText = `${minuteText}${String(100_000 + rest).slice(1, 3)}.${String(1_000 + (rest % 1_000)).slice(1)}Z`;
  } else {
    lastText = new Date(atMs).toISOString();
    minuteMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    minuteText = lastText.slice(0, -7);
  }
  lastMs = atMs;
  return lastText;
}

/** The time that `eventTime` wrote. */
export function timeOfEvent(at: string): number {
  return at === lastText ? lastMs : Date.parse(at);
}
