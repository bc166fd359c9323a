/**
 * Who writes to an account, and the messages that came in lately: an answer to them is no approach to a
 * stranger. Two Bloom filters (Bloom, 1970) of each take turns when one is full or 45 days old. Holds
 * hashes only; about 200 correspondents and 400 messages a filter.
 *
 * Header: 4 people began u32, 8 messages began u32, 12 people u16, 14 messages u16.
 * Sections: people young and old, messages young and old.
 */
import { countU16, openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';
import type { SeenItem } from './seen-record.ts';

const HEADER = 16;
const PEOPLE_BYTES = 256;
const MESSAGE_BYTES = 512;
const TURN_SECONDS = 45 * 86_400;
const BITS_PER_ITEM = 10;
const PROBES = 4;
const FORM: RecordForm = {
  kind: 0xe3,
  version: 1,
  headerBytes: HEADER,
  bodyBytes: 2 * (PEOPLE_BYTES + MESSAGE_BYTES),
};
/** Every record is as long. */
export const HEARD_BYTES = HEADER + FORM.bodyBytes;
const EMPTY = openRecord(undefined, FORM);
/** Of most accounts nothing is known of who writes to them. */
const EMPTY_VIEW = new DataView(EMPTY.buffer);

interface Filter {
  readonly at: number;
  readonly bytes: number;
  readonly beganAt: number;
  readonly countAt: number;
}

const PEOPLE: Filter = { at: 0, bytes: PEOPLE_BYTES, beganAt: 4, countAt: 12 };
const MESSAGES: Filter = { at: 2 * PEOPLE_BYTES, bytes: MESSAGE_BYTES, beganAt: 8, countAt: 14 };

export class HeardRecord {
  private bytes: Uint8Array;
  private view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    this.bytes = bytes?.length === HEARD_BYTES ? openRecord(bytes, FORM) : EMPTY;
    this.view = this.bytes === EMPTY ? EMPTY_VIEW : viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  hasPerson(item: SeenItem): boolean {
    return this.has(PEOPLE, item);
  }

  /** Whether any message that came in is remembered; else nothing follows from one that is not. */
  get knowsMessages(): boolean {
    return this.view.getUint32(MESSAGES.beganAt, true) !== 0;
  }

  hasMessage(item: SeenItem): boolean {
    return this.has(MESSAGES, item);
  }

  learnPerson(item: SeenItem, nowMs: number): void {
    this.add(PEOPLE, item, nowMs);
  }

  learnMessage(item: SeenItem, nowMs: number): void {
    this.add(MESSAGES, item, nowMs);
  }

  private has(filter: Filter, item: SeenItem): boolean {
    const at = this.start + filter.at;
    return this.probe(at, filter, item) || this.probe(at + filter.bytes, filter, item);
  }

  private get start(): number {
    return this.view.getUint16(2, true);
  }

  private probe(at: number, filter: Filter, item: SeenItem): boolean {
    for (let i = 0; i < PROBES; i += 1) {
      const bit = bitOf(item, i, filter);
      if (((this.bytes[at + (bit >> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  private add(filter: Filter, item: SeenItem, nowMs: number): void {
    this.own();
    const now = Math.max(1, toSeconds(nowMs));
    this.turn(filter, now);
    const at = this.start + filter.at;
    if (this.probe(at, filter, item)) return;
    for (let i = 0; i < PROBES; i += 1) {
      const bit = bitOf(item, i, filter);
      this.bytes[at + (bit >> 3)] = (this.bytes[at + (bit >> 3)] ?? 0) | (1 << (bit & 7));
    }
    countU16(this.view, filter.countAt);
  }

  private turn(filter: Filter, now: number): void {
    const began = this.view.getUint32(filter.beganAt, true);
    const isFull = this.view.getUint16(filter.countAt, true) >= (filter.bytes * 8) / BITS_PER_ITEM;
    if (began !== 0 && !isFull && now - began < TURN_SECONDS) return;
    this.view.setUint32(filter.beganAt, now, true);
    this.view.setUint16(filter.countAt, 0, true);
    const at = this.start + filter.at;
    this.bytes.copyWithin(at + filter.bytes, at, at + filter.bytes);
    this.bytes.fill(0, at, at + filter.bytes);
  }

  private own(): void {
    if (this.bytes !== EMPTY) return;
    this.bytes = openRecord(undefined, FORM);
    this.view = viewOf(this.bytes);
  }
}

function bitOf(item: SeenItem, probe: number, filter: Filter): number {
  return ((item[0] + Math.imul(probe, item[1] | 1)) >>> 0) % (filter.bytes * 8);
}
