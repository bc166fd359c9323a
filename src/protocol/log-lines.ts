/**
 * Cuts a stream of bytes into lines as latin1 text, one character a byte, so that places in the text
 * are places in the file. A line over the bound is given up as a whole.
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
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      if (this.#isPassing) {
        this.#isPassing = false;
      } else if (end - from > this.#maxLine) take(undefined);
      else {
        const to = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
        if (to > from) take(text.slice(from, to));
      }
      from = end + 1;
    }
    this.#keep(text.slice(from), take);
  }

  /** The last line, where the stream ends without a newline. */
  end(take: TakeLine): void {
    const rest = this.#begun;
    this.#begun = '';
    if (rest !== '' && !this.#isPassing) take(rest);
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
