/**
 * Files as the Macintosh packs them for mail: AppleSingle and AppleDouble (RFC 1740) and BinHex 4.0
 * (RFC 1741), walked as they stream.
 */
import { Place, type Sink, type Walk } from './byte-walk.ts';
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
const NO_SIX = 64;
const SIXES = new Uint8Array(256).fill(NO_SIX);
for (let i = 0; i < ALPHABET.length; i += 1) SIXES[ALPHABET.charCodeAt(i)] = i;
const COLON = 0x3a;
const REPEAT = 0x90;
/** Bytes that are given at once. */
const FLUSH_BYTES = 16 * 1024;

/** Text of BinHex to bytes: after the line that names it, between colons. */
export class BinhexDecoder {
  /** The closing colon was seen, or what cannot stand before it. */
  isEnded = false;
  isBad = false;
  #hasBegun = false;
  #isLineStart = true;
  #bits = 0;
  #count = 0;
  #isRepeat = false;
  #last = 0;
  readonly #inside: Pick<InsideListener, 'binhexRoom'>;
  readonly #out = Buffer.allocUnsafe(FLUSH_BYTES);
  #length = 0;

  /** @param inside says how many bytes it may still come to. */
  constructor(inside: Pick<InsideListener, 'binhexRoom'>) {
    this.#inside = inside;
  }

  /** The bytes; repetitions make them more than the text, up to a bound. */
  decode(chunk: Uint8Array, to: Sink): void {
    for (let i = 0; i < chunk.length && !this.isEnded; i += 1) {
      const char = chunk[i] as number;
      if (!this.#hasBegun) {
        this.#hasBegun = char === COLON && this.#isLineStart;
        this.#isLineStart = char === 0x0a || char === 0x0d;
      } else if (char === COLON) {
        this.isEnded = true;
      } else if (char > 0x20) {
        this.#six(SIXES[char] ?? NO_SIX, to);
      }
    }
    this.#flush(to);
  }

  #six(six: number, to: Sink): void {
    if (six === NO_SIX) {
      this.isBad = true;
      this.isEnded = true;
      return;
    }
    this.#bits = ((this.#bits << 6) | six) & 0xffffff;
    this.#count += 6;
    if (this.#count < 8) return;
    this.#count -= 8;
    this.#byte((this.#bits >> this.#count) & 0xff, to);
  }

  #byte(byte: number, to: Sink): void {
    if (!this.#isRepeat) {
      if (byte === REPEAT) this.#isRepeat = true;
      else this.#give(byte, 1, to);
      return;
    }
    this.#isRepeat = false;
    if (byte === 0) this.#give(REPEAT, 1, to);
    else this.#give(this.#last, byte - 1, to);
  }

  #give(byte: number, times: number, to: Sink): void {
    this.#last = byte;
    this.#inside.binhexRoom -= times;
    if (this.#inside.binhexRoom < 0) {
      this.isBad = true;
      this.isEnded = true;
      return;
    }
    if (this.#length + times > FLUSH_BYTES) this.#flush(to);
    if (times === 1) this.#out[this.#length] = byte;
    else this.#out.fill(byte, this.#length, this.#length + times);
    this.#length += times;
  }

  #flush(to: Sink): void {
    if (this.#length > 0) to(this.#out.subarray(0, this.#length));
    this.#length = 0;
  }
}

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
