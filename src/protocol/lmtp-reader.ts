/**
 * The bytes of an LMTP client as they come: lines that end with CRLF, and the message of a DATA
 * without its dots (RFC 5321 section 4.5.2). A message ends with CRLF "." CRLF and nothing like it:
 * a bare LF or CR in a message stays what it is and ends nothing.
 */

/** RFC 5321 section 4.5.3.1.4 wants 512, extensions add to it; Postfix cuts at 2,048. */
export const MAX_LMTP_LINE = 4 * 1024;

export type LmtpRead =
  | { readonly kind: 'line'; readonly text: string }
  /** A piece of the message; a view that the next push may not outlive. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' }
  /** A line without end: nothing can be read after it. */
  | { readonly kind: 'too-long' };

const CR = 13;
const LF = 10;
const DOT = 46;
const CRLF = Buffer.from('\r\n');
const CRLF_DOT = Buffer.from('\r\n.');
const NOTHING = Buffer.alloc(0);

export class LmtpReader {
  #bytes: Buffer = NOTHING;
  #isData = false;
  /** In a message: the next byte is the first of a line. */
  #isLineStart = true;
  #isLost = false;

  /** Whether a line or message has begun that is not complete. */
  get isPartial(): boolean {
    return this.#isData || this.#bytes.length > 0;
  }

  push(chunk: Buffer): void {
    if (this.#isLost) return;
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** What follows is a message. */
  startData(): void {
    this.#isData = true;
    this.#isLineStart = true;
  }

  /** `undefined` when more bytes are needed. */
  next(): LmtpRead | undefined {
    if (this.#isLost) return { kind: 'too-long' };
    return this.#isData ? this.#nextData() : this.#nextLine();
  }

  #nextLine(): LmtpRead | undefined {
    const end = this.#bytes.indexOf(CRLF);
    if (end > MAX_LMTP_LINE || (end < 0 && this.#bytes.length > MAX_LMTP_LINE)) {
      this.#bytes = NOTHING;
      this.#isLost = true;
      return { kind: 'too-long' };
    }
    if (end < 0) return undefined;
    const text = this.#bytes.toString('utf8', 0, end);
    this.#consume(end + CRLF.length);
    return { kind: 'line', text };
  }

  #nextData(): LmtpRead | undefined {
    if (this.#isLineStart) {
      const start = this.#lineStart();
      if (start !== 'message') return start === 'end' ? { kind: 'end' } : undefined;
    }
    const bytes = this.#bytes;
    if (bytes.length === 0) return undefined;
    const found = bytes.indexOf(CRLF_DOT);
    if (found >= 0) return this.#give(found + CRLF.length, true);
    const last = bytes[bytes.length - 1];
    if (last === LF && bytes[bytes.length - 2] === CR) return this.#give(bytes.length, true);
    // A CR may be the first half of a CRLF.
    const length = last === CR ? bytes.length - 1 : bytes.length;
    return length === 0 ? undefined : this.#give(length, false);
  }

  #give(length: number, isLineStart: boolean): LmtpRead {
    const bytes = this.#bytes.subarray(0, length);
    this.#consume(length);
    this.#isLineStart = isLineStart;
    return { kind: 'data', bytes };
  }

  /** Takes the dot at the start of a line away; with CRLF behind it the message is over. */
  #lineStart(): 'message' | 'end' | 'more' {
    const bytes = this.#bytes;
    if (bytes.length === 0) return 'more';
    if (bytes[0] !== DOT) {
      this.#isLineStart = false;
      return 'message';
    }
    if (bytes.length < 2 || (bytes[1] === CR && bytes.length < 3)) return 'more';
    if (bytes[1] === CR && bytes[2] === LF) {
      this.#consume(3);
      this.#isData = false;
      return 'end';
    }
    this.#consume(1);
    this.#isLineStart = false;
    return 'message';
  }

  #consume(length: number): void {
    this.#bytes = length === this.#bytes.length ? NOTHING : this.#bytes.subarray(length);
  }
}
