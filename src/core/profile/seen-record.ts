/**
 * What was seen before of small things with many names: hosts of links, addresses for answers. Two
 * Bloom filters (Bloom, 1970) take turns, so that what is not seen again is forgotten and the record
 * never grows. Holds hashes only.
 *
 * Header: 4 began u32, 8 items u16, 10 pad, 12 messages u32. Sections: young filter, old filter.
 */
import { countU16, countU32, openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';

const HEADER = 16;
/** A young filter becomes the old one after this long, so an item is known for 45 to 90 days. */
const TURN_SECONDS = 45 * 86_400;
/** Ten bits an item and four probes: one unseen item in 85 is taken for a known one. */
const BITS_PER_ITEM = 10;
const PROBES = 4;

export interface SeenSize {
  readonly kind: number;
  /** Of one filter; a power of two. */
  readonly filterBytes: number;
}

/** For one account: about 100 items a turn. */
export const SEEN_BY_ACCOUNT: SeenSize = { kind: 0xb1, filterBytes: 128 };
/** For one tenant: about 800 items. */
export const SEEN_BY_TENANT: SeenSize = { kind: 0xb2, filterBytes: 1024 };
/** Who wrote to one account: about 200 senders a turn. */
export const SENDERS_TO_ACCOUNT: SeenSize = { kind: 0xb4, filterBytes: 256 };
/** One of `PLATFORM_SHARDS`: about 3,200 items. */
export const SEEN_BY_PLATFORM: SeenSize = { kind: 0xb3, filterBytes: 4096 };
/** Records the platform's items are spread over: 64 of 8 KiB, about 200,000 items a turn. */
export const PLATFORM_SHARDS = 64;

/** Both halves of a keyed hash of the item. */
export type SeenItem = readonly [high: number, low: number];

export class SeenRecord {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly filterBytes: number;

  constructor(bytes: Uint8Array | undefined, size: SeenSize) {
    const form: RecordForm = {
      kind: size.kind,
      version: 1,
      headerBytes: HEADER,
      bodyBytes: 2 * size.filterBytes,
    };
    const isWhole = bytes !== undefined && bytes.length >= HEADER + form.bodyBytes;
    this.bytes = openRecord(isWhole ? bytes : undefined, form);
    this.view = viewOf(this.bytes);
    this.filterBytes = size.filterBytes;
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  /** Messages it has learnt from. */
  get messages(): number {
    return this.view.getUint32(12, true);
  }

  has(item: SeenItem): boolean {
    const start = this.view.getUint16(2, true);
    return this.probe(start, item) || this.probe(start + this.filterBytes, item);
  }

  /** Counts one message and remembers its items. */
  learn(items: readonly SeenItem[], nowMs: number): void {
    this.turn(toSeconds(nowMs));
    countU32(this.view, 12, 1);
    const start = this.view.getUint16(2, true);
    for (const item of items) {
      if (this.probe(start, item)) continue;
      countU16(this.view, 8);
      const bits = this.filterBytes * 8 - 1;
      for (let i = 0; i < PROBES; i += 1) {
        const bit = (item[0] + Math.imul(i, item[1] | 1)) & bits;
        const at = start + (bit >> 3);
        this.view.setUint8(at, this.view.getUint8(at) | (1 << (bit & 7)));
      }
    }
  }

  private probe(start: number, item: SeenItem): boolean {
    const bits = this.filterBytes * 8 - 1;
    for (let i = 0; i < PROBES; i += 1) {
      const bit = (item[0] + Math.imul(i, item[1] | 1)) & bits;
      if ((this.view.getUint8(start + (bit >> 3)) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  /** Full or old: the young filter becomes the old one. */
  private turn(now: number): void {
    const began = this.view.getUint32(4, true);
    if (began === 0) {
      this.view.setUint32(4, Math.max(1, now), true);
      return;
    }
    const isFull = this.view.getUint16(8, true) >= (this.filterBytes * 8) / BITS_PER_ITEM;
    if (!isFull && now < began + TURN_SECONDS) return;
    const start = this.view.getUint16(2, true);
    const end = start + this.filterBytes;
    this.bytes.copyWithin(end, start, end);
    this.bytes.fill(0, start, end);
    this.view.setUint32(4, now, true);
    this.view.setUint16(8, 0, true);
  }
}
