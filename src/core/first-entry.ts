/**
 * The oldest entry of a Map. An iterator made anew walks over everything that was deleted at the front;
 * this one goes on where it was, so that thousands of entries that come and go cost nothing.
 */
export class FirstEntry<K, V> {
  readonly #map: Map<K, V>;
  #entries: MapIterator<[K, V]> | undefined;
  #first: [K, V] | undefined;

  /** @param map Entries are only added at its end: no key is set again that is there. */
  constructor(map: Map<K, V>) {
    this.#map = map;
  }

  /** Takes it out of the map. */
  take(): readonly [K, V] | undefined {
    const entry = this.get();
    if (entry !== undefined) this.#map.delete(entry[0]);
    this.#first = undefined;
    return entry;
  }

  /** Leaves it there; values are objects, each of its own. */
  get(): readonly [K, V] | undefined {
    for (;;) {
      if (this.#first !== undefined && this.#map.get(this.#first[0]) === this.#first[1]) {
        return this.#first;
      }
      if (this.#map.size === 0) {
        this.#entries = this.#first = undefined;
        return undefined;
      }
      this.#entries ??= this.#map.entries();
      const { value, done } = this.#entries.next();
      this.#first = value;
      if (done === true) this.#entries = undefined;
    }
  }
}
