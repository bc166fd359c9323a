/** Reads milter packets from bytes as they come; what is not complete is kept, up to a bound. */

export interface MilterPacket {
  readonly ok: true;
  /** Character code of the command. */
  readonly command: number;
  /** Without length and command; a view of the bytes that came. */
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
const NOTHING = Buffer.alloc(0);

/** Reads the packets of one connection, in order. After a failure it reads nothing more. */
export class MilterReader {
  readonly #maxPacketBytes: number;
  #bytes: Buffer = NOTHING;
  #start = 0;
  #end = 0;
  /** Size of the buffer where it is one of ours, with room behind `#end`. */
  #room = 0;
  #failure: MilterRead | undefined;

  constructor(maxPacketBytes: number = MAX_PACKET_BYTES) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Whether a packet has begun that is not complete. */
  get isPartial(): boolean {
    return this.#end > this.#start;
  }

  /** Takes bytes. They must not change afterwards. */
  push(chunk: Buffer): void {
    if (this.#failure !== undefined || chunk.length === 0) return;
    const left = this.#end - this.#start;
    if (left === 0) {
      this.#bytes = chunk;
      this.#room = 0;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    // Bytes that came are never written over: packets handed out are views of them.
    const room = Math.max(FIRST_ROOM_BYTES, 2 * left, left + chunk.length);
    const isOwn = this.#room > 0 && this.#end + chunk.length <= this.#room;
    if (!isOwn) {
      const grown = Buffer.allocUnsafeSlow(room);
      this.#bytes.copy(grown, 0, this.#start, this.#end);
      this.#bytes = grown;
      this.#room = room;
      this.#start = 0;
      this.#end = left;
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
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
    this.#bytes = NOTHING;
    this.#start = 0;
    this.#end = 0;
    this.#room = 0;
  }

  #fail(reason: string): MilterRead {
    this.#failure = { ok: false, reason };
    this.#start = this.#end;
    this.#rest();
    return this.#failure;
  }
}
