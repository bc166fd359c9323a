/**
 * Failed logins from one source, an address or a network (ACC-6): the last distinct wrong passwords
 * as (account and password) hashes, and until when the source is shut out.
 *
 * Header: 4 shut out until, 8 failures in all, 12 next row u16. Section: rows of (hash, at), as
 * many as the source needs, then a ring.
 */
import { countU32, openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';

const ROW = 8;
const FIRST_ROWS = 8;
const FORM: RecordForm = { kind: 0xf0, version: 1, headerBytes: 16, bodyBytes: FIRST_ROWS * ROW };

const EMPTY = openRecord(undefined, FORM);

/** Most wrong passwords a source record can tell apart; thresholds stay at or below it. */
export const MAX_SOURCE_FAILURES = 256;

export class SourceRecord {
  private bytes: Uint8Array;
  private view: DataView;

  /** Most sources never fail: what is not known is read from one empty record. */
  constructor(bytes: Uint8Array | undefined) {
    this.bytes = bytes === undefined ? EMPTY : openRecord(bytes, FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  get shutOutUntilMs(): number {
    return this.view.getUint32(4, true) * 1000;
  }

  get failures(): number {
    return this.view.getUint32(8, true);
  }

  shutOut(untilMs: number): void {
    this.own();
    this.view.setUint32(4, Math.ceil(Math.max(0, untilMs) / 1000), true);
  }

  /** Counts a wrong password once, however often it is repeated. */
  learnFailure(hash: number, nowMs: number): void {
    this.own();
    countU32(this.view, 8, 1);
    const at = this.findRow(hash) ?? this.nextRow();
    this.view.setUint32(at, hash, true);
    this.view.setUint32(at + 4, Math.max(1, toSeconds(nowMs)), true);
  }

  /** Takes back one wrong password: who typed it has shown to be no guesser. */
  forgive(hash: number): void {
    const at = this.findRow(hash);
    if (at !== undefined) this.view.setUint32(at + 4, 0, true);
  }

  hasFailure(hash: number): boolean {
    return this.findRow(hash) !== undefined;
  }

  distinctSince(sinceMs: number): number {
    const since = toSeconds(sinceMs);
    let count = 0;
    for (let at = this.start; at + ROW <= this.bytes.length; at += ROW) {
      const when = this.view.getUint32(at + 4, true);
      if (when !== 0 && when >= since) count++;
    }
    return count;
  }

  /** Before a change: bytes of its own. */
  private own(): void {
    if (this.bytes !== EMPTY) return;
    this.bytes = openRecord(undefined, FORM);
    this.view = viewOf(this.bytes);
  }

  private get start(): number {
    return this.view.getUint16(2, true);
  }

  private findRow(hash: number): number | undefined {
    for (let at = this.start; at + ROW <= this.bytes.length; at += ROW) {
      if (this.view.getUint32(at, true) === hash && this.view.getUint32(at + 4, true) !== 0) {
        return at;
      }
    }
    return undefined;
  }

  /** A free row, a longer record, or the oldest row. */
  private nextRow(): number {
    const rows = Math.floor((this.bytes.length - this.start) / ROW);
    let next = this.view.getUint16(12, true);
    if (next >= rows && rows < MAX_SOURCE_FAILURES) {
      const more = Math.min(MAX_SOURCE_FAILURES, Math.max(FIRST_ROWS, rows * 2));
      const wider = new Uint8Array(this.start + more * ROW);
      wider.set(this.bytes.subarray(0, Math.min(this.bytes.length, wider.length)));
      this.bytes = wider;
      this.view = viewOf(wider);
    } else if (next >= rows) next = 0;
    this.view.setUint16(12, next + 1, true);
    return this.start + next * ROW;
  }
}
