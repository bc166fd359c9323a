/** Counts the recipients of a delivery status (RFC 3464 section 2.3) as it streams by; keeps nothing else. */

const FIELD = 'final-recipient:';

export class RecipientCounter {
  count = 0;
  /** The end of what was fed: a field may begin there. */
  #tail: string;

  /** @param before What came before and is not counted; only its end is looked at. */
  constructor(before: Buffer) {
    this.#tail = before.subarray(-FIELD.length).toString('latin1').toLowerCase();
  }

  feed(bytes: Uint8Array): void {
    const text = this.#tail + Buffer.from(bytes).toString('latin1').toLowerCase();
    let at = text.indexOf(FIELD);
    while (at >= 0) {
      const before = text.charAt(at - 1);
      if (before === '\n' || before === '\r') this.count += 1;
      at = text.indexOf(FIELD, at + FIELD.length);
    }
    // Shorter than the field with its line break: what was counted is not counted again.
    this.#tail = text.slice(-FIELD.length);
  }
}
