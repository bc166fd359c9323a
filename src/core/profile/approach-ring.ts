/**
 * The last strangers an account wrote to, each with the context it was from and when, inside the record of whom it
 * writes to (written-record.ts): who is written to by a person answers, sooner or later.
 *
 * 24 rows, newest first: item 2 × u32, low half of the context key u32, when u32.
 */
import type { SeenItem } from './seen-record.ts';

export const APPROACHES = 24;
const ROW = 16;
export const APPROACH_BYTES = APPROACHES * ROW;

export interface Approach {
  readonly item: SeenItem;
  /** Low half of the key of the context. */
  readonly context: number;
  readonly atSeconds: number;
}

export function approachesIn(view: DataView, at: number): readonly Approach[] {
  const found: Approach[] = [];
  for (let row = at; row < at + APPROACH_BYTES; row += ROW) {
    const atSeconds = view.getUint32(row + 12, true);
    if (atSeconds === 0) break;
    found.push({
      item: [view.getUint32(row, true), view.getUint32(row + 4, true)],
      context: view.getUint32(row + 8, true),
      atSeconds,
    });
  }
  return found;
}

export function learnApproach(view: DataView, at: number, approach: Approach): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, APPROACH_BYTES);
  bytes.copyWithin(ROW, 0, APPROACH_BYTES - ROW);
  view.setUint32(at, approach.item[0], true);
  view.setUint32(at + 4, approach.item[1], true);
  view.setUint32(at + 8, approach.context, true);
  view.setUint32(at + 12, Math.max(1, approach.atSeconds), true);
}
