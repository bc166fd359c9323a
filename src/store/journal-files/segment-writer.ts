/** Writes to the newest segment, and begins another by size and by day. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LineKeys } from './line-keys.ts';
import type { Lines } from './line-queue.ts';
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
  async write({ bytes, keys }: Lines): Promise<void> {
    const isFull = this.#current !== undefined && this.#current.size >= this.#options.segmentBytes;
    if (isFull || (this.#current && this.#current.day !== this.#today())) {
      await this.close();
      this.#options.onClosed();
    }
    const current = (this.#current ??= await this.#begin());
    await current.file.write(bytes, current.size);
    current.keys.addAll(keys, current.size);
    current.size += bytes.length;
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
