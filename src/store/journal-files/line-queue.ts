/**
 * Lines that wait for the disk, with a bound in bytes. They are written into blocks of memory as
 * they come: strings that waited would be copied by every collection of garbage meanwhile.
 */
import type { JournalLine } from '../journal.ts';
import { parseLine } from './find-line.ts';
import { LineKeys } from './line-keys.ts';

/** Bytes handed to the disk in one go; a longer line has a block of its own. */
export const BLOCK_BYTES = 1_048_576;

/** Empty blocks kept, as many as one slow write of the disk lets pile up. */
const SPARE_BLOCKS = 8;

const NEWLINE = 10;

// A UTF-16 unit takes at most three bytes of UTF-8.
const MAX_BYTES_OF_UNIT = 3;

interface Block {
  readonly memory: Buffer;
  /** Of its lines, whose places are those in `memory`. */
  readonly keys: LineKeys;
  used: number;
  lines: number;
}

/** Whole lines for the disk, and what they are found by. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly keys: LineKeys;
}

export class LineQueue {
  readonly #maxBytes: number;
  /** Oldest first; the last one is being filled. */
  readonly #blocks: Block[] = [];
  /** The lines being written, until they are on disk. */
  #taken: Block | undefined;
  /** Blocks emptied, to be filled again. */
  readonly #spare: Block[] = [];
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
      text = JSON.stringify(line);
    } catch {
      this.dropped += 1;
      return true;
    }
    let bytes = text.length * MAX_BYTES_OF_UNIT + 1;
    let block = this.#blocks.at(-1);
    const isTight = block === undefined || block.used + bytes > block.memory.length;
    if (isTight || this.queuedBytes + bytes > this.#maxBytes) {
      bytes = Buffer.byteLength(text) + 1;
      if (this.queuedBytes + bytes > this.#maxBytes) {
        this.dropped += 1;
        return false;
      }
      if (block === undefined || block.used + bytes > block.memory.length) {
        block = this.#begin(bytes);
      }
    }
    if (block === undefined) return false;
    // Added here: in the text it would be a second copy of the line.
    const end = block.used + block.memory.write(text, block.used);
    block.memory[end] = NEWLINE;
    const length = end + 1 - block.used;
    block.keys.addLine(line, block.used);
    block.used += length;
    block.lines += 1;
    this.queuedBytes += length;
    this.accepted += 1;
    return true;
  }

  /** The oldest lines, at most a block of them; the same again until they are `done`. */
  next(): Lines | undefined {
    this.#taken ??= this.#blocks.shift();
    if (this.#taken === undefined) return undefined;
    const { memory, used, keys } = this.#taken;
    return { bytes: memory.subarray(0, used), keys };
  }

  /** What `next` gave is on disk. */
  done(): void {
    if (this.#taken === undefined) return;
    this.queuedBytes -= this.#taken.used;
    this.written += this.#taken.lines;
    const isOrdinary = this.#taken.memory.length === BLOCK_BYTES;
    if (isOrdinary && this.#spare.length < SPARE_BLOCKS) this.#spare.push(this.#taken);
    this.#taken = undefined;
  }

  /** The newest waiting line that contains one of the texts and matches. */
  find(match: (line: JournalLine) => boolean, ...texts: string[]): JournalLine | undefined {
    const waiting = this.#taken === undefined ? this.#blocks : [this.#taken, ...this.#blocks];
    for (const { memory, used } of [...waiting].reverse()) {
      const lines = memory.toString('utf8', 0, used).split('\n');
      for (const line of lines.reverse()) {
        if (!texts.some((text) => line.includes(text))) continue;
        const parsed = parseLine(line);
        if (parsed !== undefined && match(parsed)) return parsed;
      }
    }
    return undefined;
  }

  #begin(bytes: number): Block {
    const spare = bytes <= BLOCK_BYTES ? this.#spare.pop() : undefined;
    const memory = spare?.memory ?? Buffer.allocUnsafeSlow(Math.max(bytes, BLOCK_BYTES));
    const keys = spare?.keys ?? new LineKeys();
    keys.clear();
    const block: Block = { memory, keys, used: 0, lines: 0 };
    this.#blocks.push(block);
    return block;
  }
}
