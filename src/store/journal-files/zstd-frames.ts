/**
 * Where the frames of a zstd file end (RFC 8878 §3.1). Node's reader passes over a frame that begins in
 * the same chunk as another ends, so a file of several is cut at their ends before it is given to it.
 */

const MAGIC = 0xfd2fb528;
/** RFC 8878 §3.1.2: sixteen numbers for frames that a decoder passes over. */
const SKIPPABLE = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;

type Step = 'head' | 'descriptor' | 'block' | 'body' | 'skipped' | 'lost';

/** The same bytes, no chunk with parts of two frames; what is to be passed over is left out. */
export async function* cutAtFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walk = new FrameWalk();
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let from = 0; from < chunk.length;) {
      const { taken, given } = walk.take(chunk.subarray(from));
      if (given.length > 0) yield given;
      from += taken;
    }
  }
  // A file that ends inside a head: the decoder says that it is cut off.
  const rest = walk.rest();
  if (rest.length > 0) yield rest;
}

class FrameWalk {
  #step: Step = 'head';
  /** Bytes of the present step that are still missing. */
  #missing = 4;
  #gathered: Buffer[] = [];
  #isLastBlock = false;
  #hasChecksum = false;

  /** Takes bytes up to the end of a frame at most. */
  take(chunk: Buffer): { readonly taken: number; readonly given: Buffer } {
    const given: Buffer[] = [];
    let taken = 0;
    while (taken < chunk.length) {
      const part = chunk.subarray(taken, taken + Math.min(this.#missing, chunk.length - taken));
      taken += part.length;
      this.#missing -= part.length;
      if (this.#step === 'body' || this.#step === 'lost') given.push(part);
      else if (this.#step !== 'skipped') this.#gathered.push(part);
      if (this.#missing > 0) break;
      if (this.#advance(given)) break;
    }
    return { taken, given: given.length === 1 ? (given[0] ?? chunk) : Buffer.concat(given) };
  }

  rest(): Buffer {
    return Buffer.concat(this.#gathered.splice(0));
  }

  /** Goes to the next step; true at the end of a frame. */
  #advance(given: Buffer[]): boolean {
    const head = Buffer.concat(this.#gathered);
    switch (this.#step) {
      case 'head': {
        const magic = head.readUInt32LE(0);
        if (magic === MAGIC && head.length < 5) return this.#want('head', 1);
        if (magic === MAGIC) return this.#want('descriptor', descriptorRest(head[4] ?? 0));
        if ((magic & SKIPPABLE_MASK) >>> 0 !== SKIPPABLE) return this.#lose(given);
        if (head.length < 8) return this.#want('head', 4);
        this.#gathered = [];
        const size = head.readUInt32LE(4);
        return size === 0 ? this.#end() : this.#want('skipped', size);
      }
      case 'descriptor':
        this.#hasChecksum = ((head[4] ?? 0) & 4) !== 0;
        given.push(this.rest());
        return this.#want('block', 3);
      case 'block': {
        const word = head.readUIntLE(0, 3);
        this.#isLastBlock = (word & 1) === 1;
        given.push(this.rest());
        // RFC 8878 §3.1.1.2.2: a block of one repeated byte holds that byte only.
        const size = ((word >> 1) & 3) === 1 ? 1 : word >> 3;
        const checksum = this.#isLastBlock && this.#hasChecksum ? 4 : 0;
        if (size + checksum > 0) return this.#want('body', size + checksum);
        return this.#isLastBlock ? this.#end() : this.#want('block', 3);
      }
      case 'body':
        return this.#isLastBlock ? this.#end() : this.#want('block', 3);
      case 'skipped':
        return this.#end();
      case 'lost':
        return false;
    }
  }

  #want(step: Step, bytes: number): boolean {
    this.#step = step;
    this.#missing = bytes;
    return false;
  }

  #end(): boolean {
    this.#isLastBlock = false;
    this.#want('head', 4);
    return true;
  }

  /** No frame begins here: what follows is handed on as it is, and the decoder says what it is. */
  #lose(given: Buffer[]): boolean {
    given.push(this.rest());
    return this.#want('lost', Infinity);
  }
}

/** Bytes of a frame's header after its descriptor (RFC 8878 §3.1.1.1). */
function descriptorRest(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const window = isSingleSegment ? 0 : 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return window + dictionary + contentSize;
}
