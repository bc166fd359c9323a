/** Content-Transfer-Encoding undone as the bytes come (RFC 2045 section 6); any chunking is equal. */
import type { Notes } from './notes.ts';
import { UuencodeDecoder } from './uuencode.ts';

export interface TransferDecoder {
  /** The decoded bytes; valid until the next call. */
  decode(chunk: Uint8Array): Uint8Array;
  /** What was still held back. */
  end(): Uint8Array;
}

/** What programs write by mistake where nothing is encoded. */
const MISNAMED =
  /^(?:[78][ -]?bits?|none|plain|text(?:\/plain)?|utf-?8|(?:us-)?ascii|iso-8859-\d{1,2}|windows-\d{3,4})$/;

/** It leaves the bytes as they are. @param encoding lower case */
export function isPlainCoding(encoding: string): boolean {
  if (encoding === '' || encoding === '7bit' || encoding === '8bit' || encoding === 'binary')
    return true;
  return encoding !== 'base64' && encoding !== 'quoted-printable' && MISNAMED.test(encoding);
}

const UUENCODE = new Set(['x-uuencode', 'x-uue', 'uuencode', 'uue']);

/** @param encoding as in the header, lower case; unknown ones are noted and left as they are. */
export function createTransferDecoder(encoding: string, notes: Notes): TransferDecoder {
  if (encoding === 'base64') return new Base64Decoder(notes);
  if (encoding === 'quoted-printable') return new QuotedPrintableDecoder(notes);
  if (UUENCODE.has(encoding)) return new UuencodeDecoder(notes);
  if (!isPlainCoding(encoding)) notes.add('unknown-encoding');
  else if (MISNAMED.test(encoding) && !/^[78]bit$/.test(encoding)) notes.add('misnamed-encoding');
  return identity;
}

const NOTHING = new Uint8Array(0);

const identity: TransferDecoder = { decode: (chunk) => chunk, end: () => NOTHING };

const INVALID = 64;
const SPACE = 65;
const PAD = 66;

const SIXES = new Uint8Array(256).fill(INVALID);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let i = 0; i < ALPHABET.length; i += 1) SIXES[ALPHABET.charCodeAt(i)] = i;
for (const space of [0x09, 0x0a, 0x0d, 0x20]) SIXES[space] = SPACE;
SIXES[0x3d] = PAD;

class Base64Decoder implements TransferDecoder {
  readonly #notes: Notes;
  #out = NOTHING;
  #bits = 0;
  #sixes = 0;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  decode(chunk: Uint8Array): Uint8Array {
    const size = Math.ceil((chunk.length * 3) / 4) + 3;
    if (this.#out.length < size) this.#out = new Uint8Array(size);
    const out = this.#out;
    let bits = this.#bits;
    let sixes = this.#sixes;
    let length = 0;
    let isBad = false;
    for (let i = 0; i < chunk.length; i += 1) {
      const six = SIXES[chunk[i] as number] as number;
      if (six < 64) {
        bits = (bits << 6) | six;
        sixes += 1;
        if (sixes < 4) continue;
        out[length] = bits >>> 16;
        out[length + 1] = bits >>> 8;
        out[length + 2] = bits;
        length += 3;
        bits = 0;
        sixes = 0;
      } else if (six === PAD) {
        // Some programs join encoded pieces: after the padding a new one may begin.
        length = flushSixes(out, length, bits, sixes);
        bits = 0;
        sixes = 0;
      } else if (six === INVALID) {
        isBad = true;
      }
    }
    if (isBad) this.#notes.add('bad-base64');
    this.#bits = bits;
    this.#sixes = sixes;
    return out.subarray(0, length);
  }

  end(): Uint8Array {
    const out = new Uint8Array(3);
    const length = flushSixes(out, 0, this.#bits, this.#sixes);
    if (this.#sixes > 0) this.#notes.add('bad-base64');
    this.#sixes = 0;
    return out.subarray(0, length);
  }
}

/** Writes the whole bytes among fewer than four sextets. */
function flushSixes(out: Uint8Array, at: number, bits: number, sixes: number): number {
  if (sixes === 2) {
    out[at] = bits >>> 4;
    return at + 1;
  }
  if (sixes === 3) {
    out[at] = bits >>> 10;
    out[at + 1] = bits >>> 2;
    return at + 2;
  }
  return at;
}

const HEX = new Uint8Array(256).fill(16);
const DIGITS = '0123456789abcdef';
for (let i = 0; i < DIGITS.length; i += 1) {
  HEX[DIGITS.charCodeAt(i)] = i;
  HEX[DIGITS.toUpperCase().charCodeAt(i)] = i;
}

const TEXT = 0;
const EQUALS = 1;
const HEX_DIGIT = 2;
const SOFT = 3;

class QuotedPrintableDecoder implements TransferDecoder {
  readonly #notes: Notes;
  #out = NOTHING;
  #state = TEXT;
  /** The first hexadecimal digit as sent. */
  #digit = 0;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  decode(chunk: Uint8Array): Uint8Array {
    const size = chunk.length + 4;
    if (this.#out.length < size) this.#out = new Uint8Array(size);
    const out = this.#out;
    let length = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i] as number;
      if (this.#state === TEXT) {
        if (byte === 0x3d) this.#state = EQUALS;
        else out[length++] = byte;
      } else {
        length = this.#afterEquals(byte, out, length);
      }
    }
    return out.subarray(0, length);
  }

  #afterEquals(byte: number, out: Uint8Array, at: number): number {
    let length = at;
    if (this.#state === EQUALS) {
      if ((HEX[byte] as number) < 16) {
        this.#state = HEX_DIGIT;
        this.#digit = byte;
        return length;
      }
      if (byte === 0x0a) this.#state = TEXT;
      else if (byte === 0x0d || byte === 0x20 || byte === 0x09) this.#state = SOFT;
      else {
        this.#notes.add('bad-quoted-printable');
        out[length++] = 0x3d;
        length = this.#again(byte, out, length);
      }
      return length;
    }
    if (this.#state === HEX_DIGIT) {
      const low = HEX[byte] as number;
      this.#state = TEXT;
      if (low < 16) {
        out[length++] = ((HEX[this.#digit] as number) << 4) | low;
        return length;
      }
      this.#notes.add('bad-quoted-printable');
      out[length++] = 0x3d;
      out[length++] = this.#digit;
      return this.#again(byte, out, length);
    }
    // A soft line break, perhaps with white space that a gateway added (RFC 2045 section 6.7).
    if (byte === 0x0a) this.#state = TEXT;
    else if (byte !== 0x0d && byte !== 0x20 && byte !== 0x09) {
      this.#notes.add('bad-quoted-printable');
      return this.#again(byte, out, length);
    }
    return length;
  }

  #again(byte: number, out: Uint8Array, length: number): number {
    this.#state = byte === 0x3d ? EQUALS : TEXT;
    if (byte === 0x3d) return length;
    out[length] = byte;
    return length + 1;
  }

  end(): Uint8Array {
    // "=" as the very last byte is a soft line break whose end was cut off.
    const rest = this.#state === HEX_DIGIT ? [0x3d, this.#digit] : [];
    if (rest.length > 0) this.#notes.add('bad-quoted-printable');
    this.#state = TEXT;
    return Uint8Array.from(rest);
  }
}
