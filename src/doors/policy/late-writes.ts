/**
 * Answers of one turn of the event loop, written together at its end. Each write wakes the process
 * that waits for it, which costs more than the answer; written one after the other, most find it
 * awake.
 */

export interface LateWriter {
  writeNow(): void;
}

export class LateWrites {
  #waiting: LateWriter[] = [];

  /** Calls `writeNow` once everything that has arrived is read. */
  add(writer: LateWriter): void {
    if (this.#waiting.length === 0) setImmediate(this.#writeAll);
    this.#waiting.push(writer);
  }

  readonly #writeAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const writer of waiting) writer.writeNow();
  };
}
