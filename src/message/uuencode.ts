/**
 * Files written into a text by uuencode (POSIX.1-2017, uuencode, "Historical Algorithm"), which mail
 * programs still show as attachments. What does not decode ends the file.
 */
import type { Notes } from './notes.ts';

export interface UuencodedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Longest line: its length character says 63 bytes, in 84 characters, with what programs add. */
const MAX_LINE_CHARS = 96;
const BEGIN = /^[ \t]{0,8}begin(?:-base64)?[ \t]{1,8}[0-7]{3,4}[ \t]{1,8}(\S[^\r\n]{0,254}) *$/;
/** Beginning of a line like that, wherever it stands; shorter than `MAX_BEGIN_CHARS`. */
export const BEGIN_ANYWHERE =
  /(?:^|\n)(?:[ \t]{0,8}begin(?:-base64)?[ \t]{1,8}[0-7]{3,4}[ \t]|=ybegin )/;
export const MAX_BEGIN_CHARS = 48;
/** A line that begins a file, with its name. */
const MAX_BEGIN_LINE_CHARS = 320;
const BLANK = 32;

/** @param text of one part, bounded by the caller. @param most files looked for. */
export function findUuencoded(text: string, most: number): readonly UuencodedFile[] {
  const found: UuencodedFile[] = [];
  if (!BEGIN_ANYWHERE.test(text)) return found;
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length && found.length < most; i += 1) {
    const line = lines[i] as string;
    const name = beginning(line);
    if (name === undefined) continue;
    const decode = decoderAfter(line);
    const pieces: Uint8Array[] = [];
    for (i += 1; i < lines.length; i += 1) {
      const piece = decode(lines[i] as string);
      if (piece === undefined || piece.length === 0) break;
      pieces.push(piece);
    }
    // A sentence may begin so as well.
    if (pieces.length > 0) found.push({ name: name.trimEnd(), bytes: Buffer.concat(pieces) });
  }
  return found;
}

function beginning(line: string): string | undefined {
  return line.includes('begin') ? BEGIN.exec(line)?.[1] : undefined;
}

type DecodeLine = (line: string) => Uint8Array | undefined;

const decoderAfter = (begin: string): DecodeLine =>
  begin.includes('begin-base64') ? decodeBase64 : decodeLine;

/** As the transfer encoding of a part, which some programs write (`x-uuencode`). */
export class UuencodeDecoder {
  readonly #notes: Notes;
  /** The end of the last chunk, not yet a line. */
  #rest = '';
  #decode: DecodeLine | undefined;
  #hasBegun = false;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  decode(chunk: Uint8Array): Uint8Array {
    const lines = (this.#rest + Buffer.from(chunk).toString('latin1')).split('\n');
    const rest = lines.pop() ?? '';
    const pieces = lines.map((line) => this.#line(line));
    // Of a longer one this much shows that it is no line of the code.
    this.#rest = rest.slice(0, MAX_BEGIN_LINE_CHARS);
    return Buffer.concat(pieces);
  }

  end(): Uint8Array {
    const last = this.#line(this.#rest);
    this.#rest = '';
    // Without a beginning, who decodes it finds something else than is read here, or nothing.
    if (!this.#hasBegun) this.#notes.add('unknown-encoding');
    return last;
  }

  #line(ended: string): Uint8Array {
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    const decoded = this.#decode?.(line);
    if (decoded !== undefined && decoded.length > 0) return decoded;
    if (this.#decode !== undefined && line !== '' && line !== 'end' && decoded === undefined) {
      this.#notes.add('unknown-encoding');
    }
    this.#decode = undefined;
    if (beginning(line) === undefined) return NOTHING;
    // What follows a second one is another file, whose kind nobody would see.
    if (this.#hasBegun) this.#notes.add('unknown-encoding');
    this.#hasBegun = true;
    this.#decode = decoderAfter(line);
    return NOTHING;
  }
}

const NOTHING = new Uint8Array(0);

function decodeBase64(line: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]{1,96}={0,2}$/.test(line) ? Buffer.from(line, 'base64') : undefined;
}

function decodeLine(line: string): Uint8Array | undefined {
  const length = valueAt(line, 0);
  const needed = Math.ceil(length / 3) * 4;
  // Blanks at the end of a line are often lost on the way.
  const isWhole = length >= 0 && line.length <= MAX_LINE_CHARS && line.length > needed - 3;
  if (!isWhole || (length > 0 && line.length < 2)) return undefined;
  const bytes = new Uint8Array(Math.ceil(length / 3) * 3);
  for (let at = 1, to = 0; at <= needed; at += 4, to += 3) {
    let group = 0;
    for (let i = 0; i < 4; i += 1) {
      const value = at + i < line.length ? valueAt(line, at + i) : 0;
      if (value < 0) return undefined;
      group = (group << 6) | value;
    }
    bytes[to] = group >> 16;
    bytes[to + 1] = group >> 8;
    bytes[to + 2] = group;
  }
  return bytes.subarray(0, length);
}

/** 0 to 63; a grave accent stands for a blank. -1: no character of the code. */
function valueAt(line: string, at: number): number {
  const code = line.charCodeAt(at) - BLANK;
  return code >= 0 && code <= 64 ? code & 63 : -1;
}
