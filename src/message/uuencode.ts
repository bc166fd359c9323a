/**
 * Files written into a text by uuencode (POSIX.1-2017, uuencode, "Historical Algorithm"), which mail
 * programs still show as attachments. What does not decode ends the file.
 */

export interface UuencodedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Longest line: its length character says 63 bytes, in 84 characters, with what programs add. */
const MAX_LINE_CHARS = 96;
const BEGIN = /^begin(?:-base64)? [0-7]{3,4} (\S[^\r\n]{0,254}) *$/;
const BLANK = 32;

/** @param text of one part, bounded by the caller. @param most files looked for. */
export function findUuencoded(text: string, most: number): readonly UuencodedFile[] {
  const found: UuencodedFile[] = [];
  if (!text.includes('begin')) return found;
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length && found.length < most; i += 1) {
    const line = lines[i] as string;
    const name = line.startsWith('begin') ? BEGIN.exec(line)?.[1] : undefined;
    if (name === undefined) continue;
    const decode = line.startsWith('begin-base64') ? decodeBase64 : decodeLine;
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
