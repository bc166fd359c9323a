/**
 * What counts once a week of one account: who complained, which recipients bounced, how often a domain
 * was heard. Nothing of a week is forgotten to make room, or whoever has many tokens could show each
 * again: when all rows are of this week nothing more is taken. Holds hashes only.
 *
 * Rows: who u32, since u32, mark u32.
 */
import { createRecord, openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';

const HEADER = 4;
const ROW = 12;
const FORM: RecordForm = { kind: 0xe5, version: 1, headerBytes: HEADER, bodyBytes: 0 };

/** Of one kind and account in a week; a sender of many millions has fewer who complain. */
export const MAX_WEEK_ROWS = 4_096;
export const WEEK_RECORD_BYTES = HEADER + MAX_WEEK_ROWS * ROW;
export const WEEK_SECONDS = 7 * 86_400;

export interface WeekRow {
  readonly sinceMs: number;
  readonly mark: number;
}

export class WeekRecord {
  private bytes: Uint8Array;
  private view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    const isOwn = bytes !== undefined && bytes.length <= WEEK_RECORD_BYTES;
    this.bytes = isOwn ? openRecord(bytes, FORM) : createRecord(FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  /** What is remembered of the last week. */
  of(who: number, nowMs: number): WeekRow | undefined {
    const at = this.find(who, toSeconds(nowMs));
    if (at === undefined) return undefined;
    return { sinceMs: this.word(at + 4) * 1000, mark: this.word(at + 8) };
  }

  /** Notes it, or changes the mark of what is noted; false when there is no room in this week. */
  note(who: number, mark: number, nowMs: number): boolean {
    const now = Math.max(1, toSeconds(nowMs));
    const known = this.find(who, now);
    const at = known ?? this.room(now);
    if (at === undefined) return false;
    if (known === undefined) {
      this.view.setUint32(at, who, true);
      this.view.setUint32(at + 4, now, true);
    }
    this.view.setUint32(at + 8, mark, true);
    return true;
  }

  /** Adds one to a mark that counts; false when it is at its most, or there is no room. */
  countUpTo(who: number, most: number, nowMs: number): boolean {
    const count = this.of(who, nowMs)?.mark ?? 0;
    return count < most && this.note(who, count + 1, nowMs);
  }

  private word(at: number): number {
    return this.view.getUint32(at, true);
  }

  private get start(): number {
    return this.view.getUint16(2, true);
  }

  private get end(): number {
    return this.bytes.length - ((this.bytes.length - this.start) % ROW);
  }

  /** One of the future was written by a wrong clock. */
  private isOfWeek(at: number, now: number): boolean {
    const age = now - this.word(at + 4);
    return age < WEEK_SECONDS && age > -WEEK_SECONDS;
  }

  private find(who: number, now: number): number | undefined {
    for (let at = this.start; at < this.end; at += ROW) {
      if (this.word(at) === who && this.isOfWeek(at, now)) return at;
    }
    return undefined;
  }

  /** A row that is over, else a new one. */
  private room(now: number): number | undefined {
    const { end } = this;
    for (let at = this.start; at < end; at += ROW) {
      if (!this.isOfWeek(at, now)) return at;
    }
    if (end - this.start >= MAX_WEEK_ROWS * ROW) return undefined;
    const longer = new Uint8Array(end + ROW);
    longer.set(this.bytes.subarray(0, end));
    this.bytes = longer;
    this.view = viewOf(longer);
    return end;
  }
}
