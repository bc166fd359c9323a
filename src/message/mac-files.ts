/**
 * Files as the Macintosh packs them for mail: AppleSingle and AppleDouble (RFC 1740) and BinHex 4.0
 * (RFC 1741), walked as they stream.
 */
import { Place, type Sink, type Walk } from './byte-walk.ts';
import { MAX_BINHEX_BYTES } from './limits.ts';
import type { InsideListener } from './wrapped-files.ts';

const APPLE_SINGLE = 0x00051600;
const APPLE_DOUBLE = 0x00051607;
const HEADER_BYTES = 26;
const ENTRY_BYTES = 12;
const DATA_FORK = 1;
const REAL_NAME = 3;
/** Entries of one file; programs write five. */
export const MAX_APPLE_ENTRIES = 64;
const MAX_NAME_BYTES = 255;

interface Entry {
  readonly id: number;
  readonly at: number;
  readonly end: number;
}

/** RFC 1740 appendix A. The data of AppleDouble stands in a part of its own; here is its name. */
export function* walkApple(listener: InsideListener): Walk {
  const place = new Place();
  const head = yield* place.take(HEADER_BYTES);
  const magic = head.readUInt32BE(0);
  const count = head.readUInt16BE(24);
  if ((magic !== APPLE_SINGLE && magic !== APPLE_DOUBLE) || count > MAX_APPLE_ENTRIES) return false;
  const list = yield* place.take(count * ENTRY_BYTES);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = list.readUInt32BE(i * ENTRY_BYTES + 4);
    const end = at + list.readUInt32BE(i * ENTRY_BYTES + 8);
    entries.push({ id: list.readUInt32BE(i * ENTRY_BYTES), at, end });
  }
  entries.sort((one, other) => one.at - other.at);
  let name = '';
  let hasFile = false;
  const file = listener.beginFile();
  for (const { id, at, end } of entries) {
    if (at === end) continue;
    // Two that overlap are no file of any program.
    if (at < place.at) return false;
    yield* place.pass(at - place.at);
    if (id === REAL_NAME) {
      const over = Math.max(0, end - at - MAX_NAME_BYTES);
      yield* place.pass(over);
      name = (yield* place.take(end - at - over)).toString('latin1');
    } else if (id === DATA_FORK) {
      hasFile = true;
      yield* place.pass(end - at, (bytes) => file?.feed(bytes));
    }
  }
  if (file !== undefined && (hasFile || name !== '')) {
    listener.addFile(file, name === '' ? [] : [name]);
  }
  return file !== undefined;
}

const ALPHABET = '!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr';
const SIXES = new Map([...ALPHABET].map((char, i) => [char.charCodeAt(0), i] as const));
const COLON = 0x3a;
const REPEAT = 0x90;

/** Text of BinHex to bytes: after the line that names it, between colons. */
export class BinhexDecoder {
  /** The closing colon was seen, or what cannot stand before it. */
  isEnded = false;
  isBad = false;
  #hasBegun = false;
  #isLineStart = true;
  #bits = 0;
  #count = 0;
  /** -1: the byte before is to be repeated. */
  #state: 'plain' | 'repeat' = 'plain';
  #last = 0;
  #bytes = 0;

  /** The bytes; repetitions make them more than the text, up to a bound. */
  decode(chunk: Uint8Array, to: Sink): void {
    const out: number[] = [];
    for (let i = 0; i < chunk.length && !this.isEnded; i += 1) {
      const char = chunk[i] as number;
      if (!this.#hasBegun) {
        this.#hasBegun = char === COLON && this.#isLineStart;
        this.#isLineStart = char === 0x0a || char === 0x0d;
      } else if (char === COLON) {
        this.isEnded = true;
      } else if (char > 0x20) {
        this.#six(SIXES.get(char), out);
      }
      if (out.length >= FLUSH_BYTES) to(Buffer.from(out.splice(0)));
    }
    if (out.length > 0) to(Buffer.from(out));
  }

  #six(six: number | undefined, out: number[]): void {
    if (six === undefined) {
      this.isBad = true;
      this.isEnded = true;
      return;
    }
    this.#bits = ((this.#bits << 6) | six) & 0xffffff;
    this.#count += 6;
    if (this.#count < 8) return;
    this.#count -= 8;
    this.#byte((this.#bits >> this.#count) & 0xff, out);
  }

  #byte(byte: number, out: number[]): void {
    if (this.#state === 'plain') {
      if (byte === REPEAT) this.#state = 'repeat';
      else this.#give(byte, 1, out);
      return;
    }
    this.#state = 'plain';
    if (byte === 0) this.#give(REPEAT, 1, out);
    else this.#give(this.#last, byte - 1, out);
  }

  #give(byte: number, times: number, out: number[]): void {
    this.#last = byte;
    this.#bytes += times;
    if (this.#bytes > MAX_BINHEX_BYTES) {
      this.isBad = true;
      this.isEnded = true;
      return;
    }
    for (let i = 0; i < times; i += 1) out.push(byte);
  }
}

const FLUSH_BYTES = 16 * 1024;

/** Name, type, creator, flags, lengths and checksum, then the data (RFC 1741 appendix A). */
export function* walkBinhex(listener: InsideListener): Walk {
  const place = new Place();
  const [length = 0] = yield* place.take(1);
  if (length === 0 || length > 63) return false;
  const name = (yield* place.take(length)).toString('latin1');
  const head = yield* place.take(21);
  const file = listener.beginFile();
  if (file === undefined) return false;
  yield* place.pass(head.readUInt32BE(11), (bytes) => {
    file.feed(bytes);
  });
  listener.addFile(file, [name]);
  return true;
}
