/** Writes to the newest segment, and begins another by size and by day. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LineKeys } from './line-keys.ts';
import { listSegments, segmentFile, segmentName } from './segments.ts';

/** What the writer needs of an open file. */
export interface SegmentFile {
  /** Writes all bytes at the position or rejects. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when what was written would survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type OpenSegmentFile = (path: string) => Promise<SegmentFile>;

export interface SegmentWriterOptions {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly now: () => number;
  readonly openFile: OpenSegmentFile;
  /** A segment was closed and may be compressed. */
  readonly onClosed: () => void;
}

interface Current {
  readonly day: string;
  readonly file: SegmentFile;
  readonly keys: LineKeys;
  size: number;
}

const NEWLINE = 0x0a;
/** Bytes whose keys are looked for in one turn of the event loop, about 0.1 ms. */
const KEYS_A_TURN = 16_384;

/** The keys of lines that were written at the end of the segment. */
async function addKeys({ keys, size }: Current, lines: Buffer): Promise<void> {
  for (let from = 0; from < lines.length;) {
    const end = lines.indexOf(NEWLINE, from + KEYS_A_TURN) + 1;
    const to = end === 0 ? lines.length : end;
    keys.add(lines.subarray(from, to), size + from);
    from = to;
    if (from < lines.length) await nextTurn();
  }
}

/** Closed segments whose keys stay in memory until they are compressed; of others every line is read. */
const MAX_WAITING = 4;

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #current: Current | undefined;
  /** Known before its file is made, so that nobody takes the new file for a closed one. */
  #name: string | undefined;
  #isFirst = true;
  #lastBeganAt = 0;
  /** Keys of the newest segments by name, oldest first. */
  readonly #keys = new Map<string, LineKeys>();

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** Name of the segment that is being written. */
  get current(): string | undefined {
    return this.#name;
  }

  /** Which lines of a segment have which key; `undefined` where that is only known on disk. */
  keysOf(name: string): LineKeys | undefined {
    return this.#keys.get(name);
  }

  /** The segment is compressed: its keys stand in its file. */
  forgetKeys(name: string): void {
    this.#keys.delete(name);
  }

  /**
   * Appends lines. After a failure the same lines go to the same place, over what a half-done
   * write may have left there.
   */
  async write(lines: Uint8Array): Promise<void> {
    const isFull = this.#current !== undefined && this.#current.size >= this.#options.segmentBytes;
    if (isFull || (this.#current && this.#current.day !== this.#today())) {
      await this.close();
      this.#options.onClosed();
    }
    const current = (this.#current ??= await this.#begin());
    await current.file.write(lines, current.size);
    await addKeys(current, Buffer.from(lines.buffer, lines.byteOffset, lines.length));
    current.size += lines.length;
  }

  async sync(): Promise<void> {
    await this.#current?.file.sync();
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    this.#name = undefined;
    if (current === undefined) return;
    try {
      await current.file.sync();
    } finally {
      await current.file.close();
    }
  }

  async #begin(): Promise<Current> {
    if (this.#isFirst) {
      const newest = (await listSegments(this.#options.folder)).at(-1);
      this.#lastBeganAt = newest?.beganAt ?? 0;
      this.#isFirst = false;
    }
    // Names stay in order even when the clock is put back.
    const beganAt = Math.max(this.#options.now(), this.#lastBeganAt + 1);
    this.#name = segmentName(beganAt);
    const path = join(this.#options.folder, segmentFile(this.#name));
    const file = await this.#options.openFile(path);
    this.#lastBeganAt = beganAt;
    const keys = new LineKeys();
    this.#keys.set(this.#name, keys);
    for (const [oldest] of this.#keys) {
      if (this.#keys.size > MAX_WAITING) this.#keys.delete(oldest);
    }
    return { day: this.#today(), file, keys, size: 0 };
  }

  #today(): string {
    return new Date(this.#options.now()).toISOString().slice(0, 10);
  }
}

/** Makes a segment's file, readable by us only. */
export async function openSegmentFile(path: string): Promise<SegmentFile> {
  const handle = await open(path, 'wx', 0o600);
  return {
    write: async (bytes, position) => {
      // A nearly full disk takes a part first and refuses the rest.
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(
          bytes,
          done,
          bytes.length - done,
          position + done,
        );
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
