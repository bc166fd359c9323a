/**
 * Keys seen lately, each with a small number, in memory of a fixed size. Keys are kept as 63 bits of
 * hash in typed arrays: a map of as many strings costs the garbage collector a pause of
 * milliseconds each time it grows. Two generations: a key is remembered for at least `size` and at
 * most twice as many others. Two keys are taken for one with a chance of 2^-46 at the default sizes.
 */

const FIELDS = 3;

export class RecentKeys {
  readonly #size: number;
  readonly #mask: number;
  #young: Int32Array;
  #old: Int32Array;
  #count = 0;
  /** Of the key hashed last: what is looked for and not found is often added at once. */
  #key = '';
  #high = 0;
  #low = 0;

  constructor(size: number) {
    this.#size = size;
    // At most half full, so that a search ends soon.
    const slots = 2 ** Math.ceil(Math.log2(size * 2));
    this.#mask = slots - 1;
    this.#young = new Int32Array(slots * FIELDS);
    this.#old = new Int32Array(slots * FIELDS);
  }

  /** The number given with the key; `undefined` when it is not remembered. */
  get(key: string): number | undefined {
    this.#hash(key);
    const young = this.#slot(this.#young);
    if (this.#young[young] !== 0) return this.#young[young + 2];
    const old = this.#slot(this.#old);
    return this.#old[old] === 0 ? undefined : this.#old[old + 2];
  }

  /** Remembers a key with a 32-bit number. True when older keys were forgotten for it. */
  set(key: string, value: number): boolean {
    const isFull = this.#count >= this.#size;
    if (isFull) {
      [this.#young, this.#old] = [this.#old, this.#young];
      this.#young.fill(0);
      this.#count = 0;
    }
    this.#hash(key);
    const table = this.#young;
    const slot = this.#slot(table);
    if (table[slot] === 0) this.#count += 1;
    table[slot] = this.#high;
    table[slot + 1] = this.#low;
    table[slot + 2] = value;
    return isFull;
  }

  /** Where the key hashed last stands in a table, or the free place where it would. */
  #slot(table: Int32Array): number {
    let index = this.#low & this.#mask;
    for (;;) {
      const at = index * FIELDS;
      const high = table[at];
      if (high === 0 || (high === this.#high && table[at + 1] === this.#low)) return at;
      index = (index + 1) & this.#mask;
    }
  }

  /** Two multiplicative hashes with a final mixing (the constants are those of MurmurHash3). */
  #hash(key: string): void {
    if (key === this.#key && this.#high !== 0) return;
    let high = 0x811c9dc5;
    let low = 0x2f0b4a27;
    for (let i = 0; i < key.length; i += 1) {
      const code = key.charCodeAt(i);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x5bd1e995);
      low ^= low >>> 15;
    }
    // Zero marks a free place.
    this.#high = mixed(high) | 1;
    this.#low = mixed(low);
    this.#key = key;
  }
}

function mixed(hash: number): number {
  let mix = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}
