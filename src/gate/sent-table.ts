/**
 * On which page a name stands, for the newest names: 64 bits of keyed hash and a number in typed
 * arrays, which cost the collector nothing. Two generations, as in core/recent-keys.ts, the young one
 * growing with its use: at the fullest 2 × 12 MiB.
 */
import type { SentName } from '../core/profile/sent-record.ts';

const FIELDS = 3;
const FIRST_SLOTS = 4_096;
const MAX_SLOTS = 1 << 20;

export class SentTable {
  #young: Uint32Array = new Uint32Array(FIRST_SLOTS * FIELDS);
  #old: Uint32Array = new Uint32Array(FIRST_SLOTS * FIELDS);
  #count = 0;
  readonly #maxSlots: number;

  constructor(maxSlots = MAX_SLOTS) {
    this.#maxSlots = maxSlots;
  }

  get([high, low]: SentName): number | undefined {
    return valueIn(this.#young, high, low) ?? valueIn(this.#old, high, low);
  }

  set([high, low]: SentName, page: number): void {
    const slots = this.#young.length / FIELDS;
    // At most half full, so that a search ends soon.
    if (this.#count * 2 >= slots) {
      if (slots < this.#maxSlots) this.#young = grown(this.#young);
      else {
        this.#old = this.#young;
        this.#young = new Uint32Array(slots * FIELDS);
        this.#count = 0;
      }
    }
    if (put(this.#young, { high, low, value: page + 1 })) this.#count += 1;
  }
}

function slotOf(table: Uint32Array, high: number, low: number): number {
  const mask = table.length / FIELDS - 1;
  let index = low & mask;
  for (;;) {
    const at = index * FIELDS;
    if (table[at + 2] === 0 || (table[at] === high && table[at + 1] === low)) return at;
    index = (index + 1) & mask;
  }
}

function valueIn(table: Uint32Array, high: number, low: number): number | undefined {
  const value = table[slotOf(table, high, low) + 2] as number;
  return value === 0 ? undefined : value - 1;
}

/** True when the name was not there. */
function put(
  table: Uint32Array,
  row: { readonly high: number; readonly low: number; readonly value: number },
): boolean {
  const at = slotOf(table, row.high, row.low);
  const isNew = table[at + 2] === 0;
  table[at] = row.high;
  table[at + 1] = row.low;
  table[at + 2] = row.value;
  return isNew;
}

function grown(table: Uint32Array): Uint32Array {
  const larger = new Uint32Array(table.length * 2);
  for (let at = 0; at < table.length; at += FIELDS) {
    const value = table[at + 2] as number;
    if (value === 0) continue;
    put(larger, { high: table[at] as number, low: table[at + 1] as number, value });
  }
  return larger;
}
