/**
 * How many events of the newest returned messages are counted. It changes in one write with what they
 * are counted in, so that a message read again after a crash goes on where its counts stopped.
 *
 * Header: 4 next row u8, 5 pad. Rows: 64 × (message 2 × u32, events u32).
 */
import { openRecord, viewOf, type RecordForm } from './record.ts';
import type { SeenItem } from './seen-record.ts';

/** Far more than are under way at once. */
const ROWS = 64;
const ROW = 12;
const FORM: RecordForm = { kind: 0xe4, version: 1, headerBytes: 8, bodyBytes: ROWS * ROW };

export const COUNTED_KEY = 'd:returned';

export class CountedRecord {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    const isWhole = bytes !== undefined && bytes.length >= FORM.headerBytes + FORM.bodyBytes;
    this.bytes = openRecord(isWhole ? bytes : undefined, FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  /** Events of the message that are counted, from its first on. */
  of(message: SeenItem): number {
    const at = this.find(message);
    return at === undefined ? 0 : this.view.getUint32(at + 8, true);
  }

  count(message: SeenItem, events: number): void {
    let at = this.find(message);
    if (at === undefined) {
      const row = this.view.getUint8(4) % ROWS;
      at = this.start + row * ROW;
      this.view.setUint32(at, message[0], true);
      this.view.setUint32(at + 4, message[1], true);
      this.view.setUint8(4, (row + 1) % ROWS);
    }
    this.view.setUint32(at + 8, events, true);
  }

  private get start(): number {
    return this.view.getUint16(2, true);
  }

  private find(message: SeenItem): number | undefined {
    for (let i = 0, at = this.start; i < ROWS; i += 1, at += ROW) {
      if (this.view.getUint32(at, true) !== message[0]) continue;
      if (this.view.getUint32(at + 4, true) === message[1]) return at;
    }
    return undefined;
  }
}
