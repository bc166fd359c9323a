/** Lines that wait for the disk, with a bound in bytes. */
import type { JournalLine } from '../journal.ts';
import { parseLine } from './find-line.ts';

export class LineQueue {
  readonly #maxBytes: number;
  #lines: string[] = [];
  /** The lines being written, until they are on disk. */
  #taken: { readonly lines: readonly string[]; readonly bytes: Buffer } | undefined;
  queuedBytes = 0;
  accepted = 0;
  dropped = 0;
  written = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Serialises and queues a line. False when there was no room and it was dropped. */
  push(line: JournalLine): boolean {
    let text: string;
    try {
      text = JSON.stringify(line) + '\n';
    } catch {
      this.dropped += 1;
      return true;
    }
    const bytes = Buffer.byteLength(text);
    if (this.queuedBytes + bytes > this.#maxBytes) {
      this.dropped += 1;
      return false;
    }
    this.#lines.push(text);
    this.queuedBytes += bytes;
    this.accepted += 1;
    return true;
  }

  /** The oldest lines, about `maxBytes` of them; the same again until they are `done`. */
  next(maxBytes: number): Buffer | undefined {
    if (this.#taken === undefined && this.#lines.length > 0) {
      let [count, length] = [0, 0];
      while (count < this.#lines.length && length < maxBytes) {
        length += this.#lines[count]?.length ?? 0;
        count += 1;
      }
      const lines = this.#lines;
      const rest = lines.splice(count);
      this.#lines = rest;
      this.#taken = { lines, bytes: Buffer.from(lines.join('')) };
    }
    return this.#taken?.bytes;
  }

  /** What `next` gave is on disk. */
  done(): void {
    if (this.#taken === undefined) return;
    this.queuedBytes -= this.#taken.bytes.length;
    this.written += this.#taken.lines.length;
    this.#taken = undefined;
  }

  /** The newest waiting line that contains the text and matches. */
  find(match: (line: JournalLine) => boolean, text: string): JournalLine | undefined {
    for (const lines of [this.#lines, this.#taken?.lines ?? []]) {
      for (let i = lines.length - 1; i >= 0; i -= 1) {
        const line = lines[i] ?? '';
        if (!line.includes(text)) continue;
        const parsed = parseLine(line);
        if (parsed !== undefined && match(parsed)) return parsed;
      }
    }
    return undefined;
  }
}
