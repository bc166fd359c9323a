/**
 * Reads a binary format as it streams by: a generator asks for bytes or lets them pass, and nothing
 * else is kept. The result does not depend on how the bytes were cut into chunks.
 */

export type Sink = (bytes: Buffer) => void;

/** So many bytes at once, at most `MAX_TAKE_BYTES`; or so many to go by, to somebody or to nobody. */
type Want = number | { readonly bytes: number; readonly to: Sink | undefined };

/** @returns whether everything was as the format says. */
export type Walk = Generator<Want, boolean, Buffer>;
/** A piece of a walk. */
export type Step<T> = Generator<Want, T, Buffer>;

/** What is asked for at once is held until it is there: names and heads of records. */
export const MAX_TAKE_BYTES = 4096;

/** Records of a format are longer than this on the average, beyond the first ones. */
export const MIN_BYTES_PER_STEP = 32;
export const FREE_STEPS = 10_000;

const NOTHING = Buffer.alloc(0);

/** Where a walk is; it asks through here, so that it can compare with the lengths it was told. */
export class Place {
  at = 0;

  *take(bytes: number): Step<Buffer> {
    const taken = yield bytes;
    this.at += bytes;
    return taken;
  }

  *pass(bytes: number, to?: Sink): Step<void> {
    yield { bytes, to };
    this.at += bytes;
  }
}

export class ByteWalk {
  readonly #walk: Walk;
  #want: Want | undefined;
  #held = NOTHING;
  #passed = 0;
  #bytes = 0;
  #steps = 0;
  #isWhole = false;
  /** It went on for too long for what it read. */
  isStopped = false;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#resume(NOTHING);
  }

  /** It came to its end, and all was as it must be. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** It waits in the middle of what it asked for. */
  get isHolding(): boolean {
    return this.#held.length > 0 || this.#passed > 0;
  }

  feed(chunk: Uint8Array): void {
    const data = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#bytes += data.length;
    for (let at = 0; this.#want !== undefined;) {
      const next = typeof this.#want === 'number' ? this.#take(data, at) : this.#pass(data, at);
      if (next < 0) return;
      at = next;
    }
  }

  /** @returns where the data goes on, or -1 where there is not enough. */
  #take(data: Buffer, at: number): number {
    const want = this.#want as number;
    const end = at + want - this.#held.length;
    if (want > MAX_TAKE_BYTES) {
      this.#stop();
      return -1;
    }
    if (end > data.length) {
      this.#held = Buffer.concat([this.#held, data.subarray(at)]);
      return -1;
    }
    const piece = data.subarray(at, end);
    const taken = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = NOTHING;
    this.#resume(taken);
    return end;
  }

  #pass(data: Buffer, at: number): number {
    const { bytes, to } = this.#want as Exclude<Want, number>;
    const end = Math.min(data.length, at + bytes - this.#passed);
    if (end > at) to?.(data.subarray(at, end));
    this.#passed += end - at;
    if (this.#passed < bytes) return -1;
    this.#passed = 0;
    this.#resume(NOTHING);
    return end;
  }

  #resume(taken: Buffer): void {
    this.#steps += 1;
    if (this.#steps > FREE_STEPS + this.#bytes / MIN_BYTES_PER_STEP) {
      this.#stop();
      return;
    }
    const { done, value } = this.#walk.next(taken);
    this.#want = done === true ? undefined : value;
    if (done === true) this.#isWhole = value;
  }

  #stop(): void {
    this.isStopped = true;
    this.#want = undefined;
    this.#held = NOTHING;
    this.#walk.return(false);
  }
}
