/**
 * Strangers whose mail was asked to wait, inside the record of whom an account writes to (written-record.ts): what
 * comes again after the wait is let go, one stranger in five minutes (Williamson, HPL-2002-172).
 *
 * When the next is due u32, then 16 rows of (the strangers of one message u32, asked u32; 0 is a free row).
 */
import type { SeenItem } from './seen-record.ts';

export const ASKED = 16;
const ROWS_AT = 4;
const ROW = 8;
export const ASKED_BYTES = ROWS_AT + ASKED * ROW;

/** How long mail to a stranger waits, and how long until the next stranger's. */
export const WAIT_SECONDS = 300;
/** A message to very many waits no longer than a day for those before it. */
const MOST_WAIT_SECONDS = 86_400;
/** Servers come again within an hour or so; after that another may have the row. */
const COMES_AGAIN_SECONDS = 2 * 3_600;
/** As long as servers try (RFC 5321 section 4.5.4.1). */
const FORGOTTEN_SECONDS = 5 * 86_400;

/** The strangers of one message, in any order. */
export interface AskedStrangers {
  readonly key: number;
  readonly count: number;
}

export function strangersOf(items: readonly SeenItem[]): AskedStrangers {
  let key = 0;
  for (const [low, high] of items) key = (key + (Math.imul(low, 0x9e3779b1) ^ high)) >>> 0;
  return { key, count: items.length };
}

/** Whether its wait is over; `undefined` for a message that was not asked to wait. */
export function isDue(
  view: DataView,
  at: number,
  { key }: AskedStrangers,
  now: number,
): boolean | undefined {
  const row = rowOf(view, at, key, now);
  if (row === undefined) return undefined;
  const asked = view.getUint32(row + 4, true);
  const next = view.getUint32(at, true);
  // What a clock from far ahead has let go keeps nobody waiting.
  const isNext = now >= next || next > now + MOST_WAIT_SECONDS;
  return now >= asked + WAIT_SECONDS && isNext;
}

/** It keeps the time at which it was asked first. A full ring asks no more until one has gone or waited for long. */
export function learnAsked(
  view: DataView,
  at: number,
  { key }: AskedStrangers,
  now: number,
): boolean {
  if (rowOf(view, at, key, now) !== undefined) return false;
  for (const row of rowsAt(at)) {
    const asked = view.getUint32(row + 4, true);
    if (asked !== 0 && now - asked <= COMES_AGAIN_SECONDS) continue;
    view.setUint32(row, key, true);
    view.setUint32(row + 4, now, true);
    return true;
  }
  return false;
}

export function learnLet(
  view: DataView,
  at: number,
  { key, count }: AskedStrangers,
  now: number,
): void {
  const row = rowOf(view, at, key, now);
  if (row === undefined) return;
  view.setUint32(row, 0, true);
  view.setUint32(row + 4, 0, true);
  view.setUint32(at, now + Math.min(MOST_WAIT_SECONDS, count * WAIT_SECONDS), true);
}

function rowOf(view: DataView, at: number, key: number, now: number): number | undefined {
  return rowsAt(at).find((row) => {
    const asked = view.getUint32(row + 4, true);
    // A clock that was set back must not make it wait for years.
    const isNow = asked <= now + WAIT_SECONDS && now - asked <= FORGOTTEN_SECONDS;
    return asked !== 0 && isNow && view.getUint32(row, true) === key;
  });
}

function rowsAt(at: number): readonly number[] {
  return Array.from({ length: ASKED }, (_, i) => at + ROWS_AT + i * ROW);
}
