/** Reads milter packets from bytes as they come; what is not complete is kept, up to a bound. */

export interface MilterPacket {
  readonly ok: true;
  /** Character code of the command. */
  readonly command: number;
  /** Without length and command; a view that holds until the reader is given more bytes. */
  readonly data: Buffer;
}

export type MilterRead = MilterPacket | { readonly ok: false; readonly reason: string };

/**
 * Bytes of one packet. Body chunks have 64 KiB (MILTER_CHUNK_SIZE), a header at most Postfix's
 * header_size_limit (100 KiB).
 */
export const MAX_PACKET_BYTES = 256 * 1024;

const LENGTH_BYTES = 4;
// What a packet that comes in pieces is given at first; it doubles as bytes really come.
const FIRST_ROOM_BYTES = 4 * 1024;
/** Room kept for the next packet: a body chunk, and what the same read brings of the next. */
const MAX_KEPT_BYTES = 160 * 1024;
const NOTHING = Buffer.alloc(0);

/** Reads the packets of one connection, in order. After a failure it reads nothing more. */
export class MilterReader {
  readonly #maxPacketBytes: number;
  #bytes: Buffer = NOTHING;
  #start = 0;
  #end = 0;
  /** For packets that come in pieces; used again, for each would else cost 128 KiB. */
  #own: Buffer = NOTHING;
  #failure: MilterRead | undefined;

  constructor(maxPacketBytes: number = MAX_PACKET_BYTES) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Whether a packet has begun that is not complete. */
  get isPartial(): boolean {
    return this.#end > this.#start;
  }

  /** Takes bytes, which must not change before the next push. Ends all views handed out. */
  push(chunk: Buffer): void {
    if (this.#failure !== undefined || chunk.length === 0) return;
    const left = this.#end - this.#start;
    if (left === 0) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#bytes !== this.#own || this.#end + chunk.length > this.#own.length) {
      this.#gather(left, left + chunk.length);
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  /** Lets go of the bytes it was given: what is left of them is copied. Ends all views handed out. */
  settle(): void {
    const left = this.#end - this.#start;
    if (left > 0 && this.#bytes !== this.#own) this.#gather(left, left);
  }

  /** Moves what is left to the beginning of a buffer of ours that has room for `needed` bytes. */
  #gather(left: number, needed: number): void {
    const room = Math.max(FIRST_ROOM_BYTES, 2 * left, needed);
    const target = this.#own.length >= needed ? this.#own : Buffer.allocUnsafeSlow(room);
    this.#bytes.copy(target, 0, this.#start, this.#end);
    this.#own = target;
    this.#bytes = target;
    this.#start = 0;
    this.#end = left;
  }

  /** The next complete packet, a failure, or `undefined` when more bytes are needed. */
  next(): MilterRead | undefined {
    if (this.#failure !== undefined) return this.#failure;
    const left = this.#end - this.#start;
    if (left < LENGTH_BYTES) return undefined;
    const length = this.#bytes.readUInt32BE(this.#start);
    if (length === 0) return this.#fail('a packet has no command');
    if (length > this.#maxPacketBytes) {
      return this.#fail(`a packet is longer than ${this.#maxPacketBytes} bytes`);
    }
    if (left < LENGTH_BYTES + length) return undefined;
    const at = this.#start + LENGTH_BYTES;
    this.#start = at + length;
    const packet: MilterPacket = {
      ok: true,
      command: this.#bytes[at] ?? 0,
      data: this.#bytes.subarray(at + 1, this.#start),
    };
    if (this.#start === this.#end) this.#rest();
    return packet;
  }

  /** Lets go of bytes that are all read. */
  #rest(): void {
    if (this.#own.length > MAX_KEPT_BYTES) this.#own = NOTHING;
    this.#bytes = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }

  #fail(reason: string): MilterRead {
    this.#failure = { ok: false, reason };
    this.#rest();
    this.#own = NOTHING;
    return this.#failure;
  }
}
