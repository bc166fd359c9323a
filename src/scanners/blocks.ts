/**
 * Gathers what is written into blocks, so that a message of many short lines is told in few packets
 * and what was written may be used again by its owner.
 */

/** Also the largest amount of one message that is kept while a scanner does not take it. */
export const BLOCK_BYTES = 65_536;
/** Most messages have a few KiB: their block is not larger than it need be. */
const FIRST_BYTES = 8_192;

export class Blocks {
  #block = Buffer.alloc(0);
  #used = 0;

  /** Copies the bytes; gives the blocks that became full. */
  add(bytes: Uint8Array): Buffer[] {
    const full: Buffer[] = [];
    let from = 0;
    while (from < bytes.length) {
      this.#makeRoom(bytes.length - from);
      const part = bytes.subarray(from, from + this.#block.length - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      from += part.length;
      if (this.#used === BLOCK_BYTES) full.push(this.rest());
    }
    return full;
  }

  /** What is not in a full block yet; empties it. */
  rest(): Buffer {
    const rest = this.#block.subarray(0, this.#used);
    this.#block = Buffer.alloc(0);
    this.#used = 0;
    return rest;
  }

  #makeRoom(wanted: number): void {
    if (this.#used < this.#block.length && this.#used + wanted <= this.#block.length) return;
    if (this.#block.length === BLOCK_BYTES) return;
    const doubled = Math.max(FIRST_BYTES, this.#block.length * 2, this.#used + wanted);
    const larger = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, doubled));
    larger.set(this.#block.subarray(0, this.#used));
    this.#block = larger;
  }
}
