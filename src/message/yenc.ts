/** Files written into a text by yEnc (draft of 2002, www.yenc.org), which some mail programs show. */
import type { UuencodedFile } from './uuencode.ts';

const BEGIN = /^=ybegin [^\r\n]{0,300}?name=([^\r\n]{1,255}?)[ \t]*$/;
const ESCAPE = 0x3d;

/** @param text of one part as latin1, bounded by the caller. @param most files looked for. */
export function findYencoded(text: string, most: number): readonly UuencodedFile[] {
  const found: UuencodedFile[] = [];
  if (!text.includes('=ybegin ')) return found;
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length && found.length < most; i += 1) {
    const name = BEGIN.exec(lines[i] as string)?.[1];
    if (name === undefined) continue;
    const pieces: Uint8Array[] = [];
    for (i += 1; i < lines.length; i += 1) {
      const line = lines[i] as string;
      if (line.startsWith('=yend')) break;
      if (!line.startsWith('=ypart ')) pieces.push(decodeLine(line));
    }
    found.push({ name, bytes: Buffer.concat(pieces) });
  }
  return found;
}

function decodeLine(line: string): Uint8Array {
  const bytes = new Uint8Array(line.length);
  let length = 0;
  for (let i = 0; i < line.length; i += 1) {
    const isEscaped = line.charCodeAt(i) === ESCAPE && i + 1 < line.length;
    if (isEscaped) i += 1;
    bytes[length] = line.charCodeAt(i) - 42 - (isEscaped ? 64 : 0);
    length += 1;
  }
  return bytes.subarray(0, length);
}
