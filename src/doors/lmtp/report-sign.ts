/** Whether a message calls itself a report (RFC 6522: DSN, ARF), told by the beginning of its header. */

/** Signatures and trace fields may stand before it. */
const MAX_HEAD_BYTES = 32_768;

const REPORT = /^content-type:\s*multipart\/report\b/im;

export class ReportSign {
  readonly #head: Buffer[] = [];
  #room = MAX_HEAD_BYTES;

  feed(bytes: Buffer): void {
    if (this.#room <= 0) return;
    const taken = Buffer.from(bytes.subarray(0, this.#room));
    this.#room -= taken.length;
    this.#head.push(taken);
  }

  isReport(): boolean {
    const text = Buffer.concat(this.#head).toString('latin1');
    const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
    return REPORT.test(text.slice(0, end));
  }
}
