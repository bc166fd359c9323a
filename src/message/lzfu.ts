/** RTF as Outlook compresses it (MS-OXRTFCP section 2.2), undone as it streams up to a bound. */
import type { Sink } from './byte-walk.ts';

/** The dictionary as it is before the first byte (section 2.1.3.1.2). */
const BEGINNING =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript ' +
  '\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n' +
  '\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';

const DICTIONARY_BYTES = 4096;
const HEADER_BYTES = 16;
const COMPRESSED = 0x75465a4c;
const PLAIN = 0x414c454d;

export class RtfDecoder {
  readonly #to: Sink;
  readonly #most: number;
  readonly #dictionary = Buffer.alloc(DICTIONARY_BYTES);
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #mode: 'header' | 'compressed' | 'plain' | 'done' = 'header';
  #write = BEGINNING.length;
  /** Eight flags of the tokens that follow, the lowest first; 1 when all are used. */
  #flags = 1;
  /** The first byte of a reference. */
  #high = -1;
  #bytes = 0;
  #out: number[] = [];
  /** It goes on beyond the bound, or is no such text. */
  isCut = false;

  /** @param most bytes that are undone. */
  constructor(to: Sink, most: number) {
    this.#to = to;
    this.#most = most;
    this.#dictionary.write(BEGINNING, 'latin1');
  }

  feed(chunk: Buffer): void {
    for (let i = 0; i < chunk.length && this.#mode !== 'done'; i += 1) {
      const byte = chunk[i] as number;
      if (this.#mode === 'header') this.#readHeader(byte);
      else if (this.#mode === 'plain') this.#give(byte);
      else this.#token(byte);
    }
    if (this.#out.length > 0) this.#to(Buffer.from(this.#out));
    this.#out = [];
  }

  #readHeader(byte: number): void {
    this.#header[this.#headerBytes] = byte;
    this.#headerBytes += 1;
    if (this.#headerBytes < HEADER_BYTES) return;
    const type = this.#header.readUInt32LE(8);
    this.#mode = type === COMPRESSED ? 'compressed' : type === PLAIN ? 'plain' : 'done';
    this.isCut = this.#mode === 'done';
  }

  #token(byte: number): void {
    if (this.#high >= 0) {
      const at = (this.#high << 4) | (byte >> 4);
      this.#high = -1;
      this.#copy(at, (byte & 0x0f) + 2);
    } else if (this.#flags === 1) {
      // A bit above the eight says when they are used up.
      this.#flags = byte | 0x100;
      return;
    } else if ((this.#flags & 1) === 1) {
      this.#high = byte;
      return;
    } else {
      this.#give(byte);
    }
    this.#flags >>= 1;
  }

  #copy(at: number, length: number): void {
    // A reference to where is written next is the end.
    if (at === this.#write) {
      this.#mode = 'done';
      return;
    }
    for (let i = 0; i < length && this.#mode !== 'done'; i += 1) {
      this.#give(this.#dictionary[(at + i) % DICTIONARY_BYTES] as number);
    }
  }

  #give(byte: number): void {
    if (this.#bytes >= this.#most) {
      this.#mode = 'done';
      this.isCut = true;
      return;
    }
    this.#bytes += 1;
    this.#out.push(byte);
    this.#dictionary[this.#write] = byte;
    this.#write = (this.#write + 1) % DICTIONARY_BYTES;
  }
}

/** What a program that shows RTF may take for one word, without its escapes and control words. */
export function flatRtf(rtf: string): string {
  return rtf
    .replace(/\\'([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\(?:par|line|tab|cell|row)\b ?/g, '\n')
    .replace(/\\[a-z]{1,32}-?\d{0,10} ?|\\\*|[{}]/gi, '');
}
