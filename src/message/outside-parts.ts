/** What is looked at of a multipart besides its parts. */
import { BEGIN_ANYWHERE, MAX_BEGIN_CHARS } from './uuencode.ts';

/** Programs take blanks and tabs for the padding of a delimiter, and not all of them anything else. */
export function hasOddBlanks(data: Buffer, from: number, end: number): boolean {
  for (let i = from; i < end; i += 1) {
    const byte = data[i] as number;
    const isEnd = byte === 0x0d && i === end - 1;
    if (byte !== 0x20 && byte !== 0x09 && !isEnd) return true;
  }
  return false;
}

/** What stands before the first part and behind the last one, which most programs do not show. */
export class OutsideParts {
  hasText = false;
  /** So much of what came before that a beginning in two pieces is seen. */
  #tail = '\n';

  hasFile(bytes: Buffer): boolean {
    const text = this.#tail + bytes.toString('latin1');
    this.#tail = text.slice(-MAX_BEGIN_CHARS);
    this.hasText ||= /\S/.test(text);
    return BEGIN_ANYWHERE.test(text);
  }
}
