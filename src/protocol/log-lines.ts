/**
 * Cuts a stream of bytes into lines as latin1 text, one character a byte, so that places in the text
 * are places in the file. A line over the bound is given up as a whole. NULs before a line are no part
 * of it: a log that was emptied while its writer kept its place begins with a hole.
 */

/** `undefined` for a line that was too long. */
export type TakeLine = (line: string | undefined) => void;

export class LogLines {
  readonly #maxLine: number;
  #begun = '';
  /** Inside a line that was too long: its rest is passed over. */
  #isPassing = false;

  constructor(maxLine: number) {
    this.#maxLine = maxLine;
  }

  /** Bytes given that are not yet part of a whole line. */
  get openBytes(): number {
    return this.#begun.length;
  }

  push(chunk: Uint8Array, take: TakeLine): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let text = bytes.toString('latin1');
    if (this.#begun !== '') text = this.#begun + text;
    let from = this.#isPassing ? 0 : pastHole(text, 0);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      if (this.#isPassing) {
        this.#isPassing = false;
      } else if (end - from > this.#maxLine) take(undefined);
      else {
        const to = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
        if (to > from) give(text.slice(from, to), take);
      }
      from = pastHole(text, end + 1);
    }
    this.#keep(text.slice(from), take);
  }

  /** The last line, where the stream ends without a newline. */
  end(take: TakeLine): void {
    const rest = this.#begun;
    this.#begun = '';
    if (rest !== '' && !this.#isPassing) give(rest, take);
    this.#isPassing = false;
  }

  #keep(rest: string, take: TakeLine): void {
    if (rest.length > this.#maxLine) {
      if (!this.#isPassing) take(undefined);
      this.#isPassing = true;
    }
    // A copy: a part would keep its whole block in memory.
    this.#begun = this.#isPassing ? '' : Buffer.from(rest, 'latin1').toString('latin1');
  }
}

/** A file that an editor saved may begin with a byte order mark. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

function give(line: string, take: TakeLine): void {
  const bare = line.startsWith(BYTE_ORDER_MARK) ? line.slice(BYTE_ORDER_MARK.length) : line;
  if (bare !== '') take(bare);
}

function pastHole(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0) at += 1;
  return at;
}
