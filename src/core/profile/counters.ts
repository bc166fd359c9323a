/**
 * Sliding counters of one scope (an account, a group, a domain, an address, the platform): one slot
 * for each limit's measure and window, and one more for each further limit of the same.
 *
 * A window is kept as ten equal parts and the part now filling. The sum covers the window and up to
 * a tenth more, so no stretch of the window's length ever holds more than the ceiling. `debt` is
 * what was let through above the ceiling of its moment on the strength of the burst; it is paid back
 * at the pace of the ceiling, so a lowered one is lower for who uses his burst, too (SND-5).
 */
import { openRecord, viewOf, type RecordForm } from './record.ts';
import type { SourcedLimit } from '../rules/resolve.ts';

const PARTS = 10;
/** u32 window seconds, u8 measure, u8 ordinal, pad, f64 head, f64 debt at ms, f32 debt, 11 × u32 parts. */
const SLOT_BYTES = 76;
const HEAD = 8;
const DEBT_AT = 16;
const DEBT = 24;
const FIRST_PART = 28;
/** A clock that goes back by less keeps its counts, so that nobody sends twice for it. */
const CLOCK_TRUST_MS = 2 * 86_400_000;
const MEASURES = { messages: 0, recipients: 1 } as const;

const FORM: RecordForm = { kind: 0xc0, version: 1, headerBytes: 8, bodyBytes: 0 };

/** What a limit needs to know of itself here. */
export type Window = Pick<SourcedLimit, 'count' | 'windowSeconds' | 'limit' | 'burst' | 'ordinal'>;

export interface Fill {
  /** In the window so far, without what is asked for. */
  readonly used: number;
  /** Whether `amount` more stays within ceiling and burst. */
  readonly fits: boolean;
}

/** How full a window is at `nowMs`, and whether `amount` more fits under `ceiling`. */
export function fillOf(
  record: Uint8Array | undefined,
  window: Window,
  ask: { readonly nowMs: number; readonly amount: number; readonly ceiling: number },
): Fill {
  const view = record && viewOf(record);
  const at = view ? findSlot(view, window) : -1;
  if (view === undefined || at < 0) {
    return { used: 0, fits: ask.amount <= ask.ceiling + window.burst };
  }
  const used = sumParts(view, at, window, ask.nowMs);
  const over = used + ask.amount - ask.ceiling;
  if (over <= 0) return { used, fits: true };
  const debt = debtNow(view, at, window, ask);
  return { used, fits: debt + Math.min(over, ask.amount) <= window.burst };
}

export interface Amounts {
  readonly nowMs: number;
  readonly messages: number;
  readonly recipients: number;
  /** What the limit allows at this moment. */
  readonly ceiling: number;
}

/** Counts in one window; returns the record to keep. */
export function addTo(
  record: Uint8Array | undefined,
  window: Window,
  amounts: Amounts,
): Uint8Array {
  let bytes = openRecord(record, FORM);
  let view = viewOf(bytes);
  let at = findSlot(view, window);
  if (at < 0) {
    at = bytes.length;
    bytes = withSlot(bytes, window);
    view = viewOf(bytes);
  }
  const { nowMs, ceiling } = amounts;
  addToSlot(view, at, window, { nowMs, amount: amounts[window.count], ceiling });
  return bytes;
}

function addToSlot(
  view: DataView,
  at: number,
  window: Window,
  add: { readonly nowMs: number; readonly amount: number; readonly ceiling: number },
): void {
  const used = sumParts(view, at, window, add.nowMs);
  const over = Math.min(add.amount, used + add.amount - add.ceiling);
  if (over > 0) {
    view.setFloat32(at + DEBT, debtNow(view, at, window, add) + over, true);
    view.setFloat64(at + DEBT_AT, add.nowMs, true);
  }
  const head = advance(view, at, window, add.nowMs);
  const part = at + FIRST_PART + 4 * (head % (PARTS + 1));
  view.setUint32(part, Math.min(0xffffffff, view.getUint32(part, true) + add.amount), true);
}

/** Whether a clock that was wrong wrote the head: then the slot is as good as empty. */
function isFarAhead(head: number, window: Window, nowMs: number): boolean {
  return head * partMs(window) - nowMs > CLOCK_TRUST_MS + window.windowSeconds * 1000;
}

function partMs(window: Window): number {
  return (window.windowSeconds * 1000) / PARTS;
}

/** Moves the head to now, emptying the parts that fell out. A clock that went back stays at head. */
function advance(view: DataView, at: number, window: Window, nowMs: number): number {
  const head = view.getFloat64(at + HEAD, true);
  const now = Math.floor(nowMs / partMs(window));
  if (now <= head && !isFarAhead(head, window, nowMs)) return head;
  const steps = now < head ? PARTS + 1 : Math.min(now - head, PARTS + 1);
  for (let i = 0; i < steps; i++) {
    view.setUint32(at + FIRST_PART + 4 * ((now - i) % (PARTS + 1)), 0, true);
  }
  view.setFloat64(at + HEAD, now, true);
  return now;
}

function sumParts(view: DataView, at: number, window: Window, nowMs: number): number {
  const head = view.getFloat64(at + HEAD, true);
  if (isFarAhead(head, window, nowMs)) return 0;
  const now = Math.max(head, Math.floor(nowMs / partMs(window)));
  let sum = 0;
  for (let part = Math.max(now - PARTS, head - PARTS, 0); part <= head; part++) {
    sum += view.getUint32(at + FIRST_PART + 4 * (part % (PARTS + 1)), true);
  }
  return sum;
}

function debtNow(
  view: DataView,
  at: number,
  window: Window,
  { nowMs, ceiling }: { readonly nowMs: number; readonly ceiling: number },
): number {
  const debt = view.getFloat32(at + DEBT, true);
  if (debt === 0) return 0;
  const elapsedMs = Math.max(0, nowMs - view.getFloat64(at + DEBT_AT, true));
  if (isFarAhead(view.getFloat64(at + HEAD, true), window, nowMs)) return 0;
  return Math.max(0, debt - (elapsedMs / 1000) * (ceiling / window.windowSeconds));
}

function findSlot(view: DataView, window: Window): number {
  const measure = MEASURES[window.count];
  for (let at = view.getUint16(2, true); at + SLOT_BYTES <= view.byteLength; at += SLOT_BYTES) {
    if (
      view.getUint32(at, true) === window.windowSeconds &&
      view.getUint8(at + 4) === measure &&
      view.getUint8(at + 5) === window.ordinal
    ) {
      return at;
    }
  }
  return -1;
}

function withSlot(bytes: Uint8Array, window: Window): Uint8Array {
  const wider = new Uint8Array(bytes.length + SLOT_BYTES);
  wider.set(bytes);
  const view = viewOf(wider);
  view.setUint32(bytes.length, window.windowSeconds, true);
  view.setUint8(bytes.length + 4, MEASURES[window.count]);
  view.setUint8(bytes.length + 5, window.ordinal);
  return wider;
}
