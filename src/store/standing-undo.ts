/** What records were before a change, so that one that fails half-way can be taken back. */
import type { StandingRecord } from './standing.ts';

const FIRST_ROOM_BYTES = 65_536;

/** Holds the records of one change at a time, in memory that is used again for the next. */
export class Undo {
  #room = new Uint8Array(FIRST_ROOM_BYTES);
  #records: StandingRecord[] = [];

  keep(records: readonly StandingRecord[]): void {
    this.#records = records.slice();
    let length = 0;
    for (const record of records) length += record?.length ?? 0;
    if (length > this.#room.length) this.#room = new Uint8Array(length * 2);
    let at = 0;
    for (const record of records) {
      if (record === undefined) continue;
      this.#room.set(record, at);
      at += record.length;
    }
  }

  restore(): void {
    let at = 0;
    for (const record of this.#records) {
      if (record === undefined) continue;
      record.set(this.#room.subarray(at, at + record.length));
      at += record.length;
    }
  }
}
