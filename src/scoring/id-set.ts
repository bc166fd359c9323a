/** A set of ids as 52-bit hashes: tens of millions fit, and one in 10^8 lookups may be wrong. */
export class IdSet {
  readonly #hashes = new Set<number>();

  get size(): number {
    return this.#hashes.size;
  }

  add(id: string): void {
    this.#hashes.add(hash(id));
  }

  has(id: string): boolean {
    return this.#hashes.has(hash(id));
  }
}

function hash(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 15;
  }
  return (high >>> 6) * 0x400_0000 + (low >>> 6);
}
