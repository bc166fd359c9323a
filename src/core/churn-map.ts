/**
 * A map from text for entries that come and go by the thousand a second.
 *
 * JavaScript's own `Map` moves to a fresh table after so many deletions, and the table left behind
 * points to the new one (V8, OrderedHashTable). Once a dead table has reached the old generation,
 * everything that ever stood in its successors survives every small collection of garbage: with one
 * entry a message that made pauses of 10 to 20 ms. Here entries stand in two arrays that are kept,
 * and nothing points from one table to the next.
 */

const FIRST_SLOTS = 64;

export class ChurnMap<V> {
  #keys: (string | undefined)[] = emptySlots(FIRST_SLOTS);
  #values: (V | undefined)[] = emptySlots(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    return this.#values[this.#find(key)];
  }

  set(key: string, value: V): void {
    let at = this.#find(key);
    if (this.#keys[at] === undefined) {
      // At most half full, so that a search ends soon.
      if ((this.#size + 1) * 2 > this.#keys.length) {
        this.#grow();
        at = this.#find(key);
      }
      this.#keys[at] = key;
      this.#size += 1;
    }
    this.#values[at] = value;
  }

  /** Whether there was such an entry. */
  delete(key: string): boolean {
    const at = this.#find(key);
    if (this.#keys[at] === undefined) return false;
    this.#size -= 1;
    this.#close(at);
    return true;
  }

  /** In no order that means anything. Entries that come or go meanwhile may be missed. */
  *values(): Generator<V> {
    const values = this.#values;
    for (let at = 0; at < values.length; at += 1) {
      if (this.#keys[at] !== undefined) yield values[at] as V;
    }
  }

  /** Where the key stands, or the free place where it would. */
  #find(key: string): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let at = hashOf(key) & mask;
    for (;;) {
      const found = keys[at];
      if (found === undefined || found === key) return at;
      at = (at + 1) & mask;
    }
  }

  /** Empties a place and moves up what was pushed on from there (Knuth, volume 3, 6.4, algorithm R). */
  #close(emptied: number): void {
    const keys = this.#keys;
    const values = this.#values;
    const mask = keys.length - 1;
    let free = emptied;
    for (let at = (free + 1) & mask; ; at = (at + 1) & mask) {
      const key = keys[at];
      if (key === undefined) break;
      const home = hashOf(key) & mask;
      // It stays when its home lies after the free place, going round.
      if (((at - home) & mask) < ((at - free) & mask)) continue;
      keys[free] = key;
      values[free] = values[at];
      free = at;
    }
    keys[free] = undefined;
    values[free] = undefined;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = emptySlots(keys.length * 2);
    this.#values = emptySlots(keys.length * 2);
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i];
      if (key === undefined) continue;
      const at = this.#find(key);
      this.#keys[at] = key;
      this.#values[at] = values[i];
    }
  }
}

function emptySlots<T>(count: number): (T | undefined)[] {
  return new Array<T | undefined>(count).fill(undefined);
}

function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
