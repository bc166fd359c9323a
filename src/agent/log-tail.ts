/**
 * Reads a log as it grows, through rotation by rename and by copytruncate, through its absence, and
 * from where it was left. A renamed file is read to its end before the new one is begun.
 */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { HEAD_BYTES, headHash, readHead } from './log-position.ts';
import type { LogPlace } from './log-position.ts';
import { findMissed, readFrom } from './rotated-log.ts';

export interface TailRead {
  readonly bytes: Buffer;
  /** The file before ended; a line that it left open is whole. */
  readonly isNewFile: boolean;
}

export interface TailOptions {
  readonly path: string;
  /** Where reading goes on; else at the end of what is there. */
  readonly from?: LogPlace | undefined;
  /** Lines may have been lost; one sentence. */
  readonly onLoss: (message: string) => void;
}

/** Some 500 lines: a daemon that follows the log itself answers mail in between. */
const CHUNK_BYTES = 65_536;

export class LogTail {
  readonly #options: TailOptions;
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  #file: FileHandle | undefined;
  #inode = 0;
  #offset = 0;
  #head: Buffer = Buffer.alloc(0);
  #from: LogPlace | undefined;
  /** When it was last written to, at the last look at its beginning. */
  #checkedMs = NaN;
  #isFirst = true;
  #isNewFile = false;
  /** Rotated files with lines that were not read. */
  #missed: AsyncGenerator<TailRead> | undefined;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#from = options.from;
  }

  /** The end of what was given out; `undefined` in the middle of a rotated file. */
  get place(): LogPlace | undefined {
    if (this.#file === undefined || this.#missed !== undefined) return undefined;
    const head = this.#head;
    return {
      inode: this.#inode,
      offset: this.#offset,
      headBytes: head.length,
      head: headHash(head),
    };
  }

  /** The next bytes; `undefined` when there are none yet. */
  async read(): Promise<TailRead | undefined> {
    if (this.#missed !== undefined) {
      const next = await this.#missed.next();
      if (next.done !== true) return next.value;
      this.#missed = undefined;
    }
    if (this.#file === undefined) return (await this.#open()) ? this.read() : undefined;
    if (await this.#wasCut()) {
      await this.#startAgain();
      return this.read();
    }
    const bytes = await this.#readOn();
    if (bytes !== undefined) return this.#given(bytes);
    if (!(await this.#isReplaced())) return undefined;
    // What came between the last look at the old file and the first at the new one.
    const last = await this.#readOn();
    if (last !== undefined) return this.#given(last);
    await this.close();
    this.#isNewFile = true;
    return this.read();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #given(bytes: Buffer): TailRead {
    const isNewFile = this.#isNewFile;
    this.#isNewFile = false;
    return { bytes, isNewFile };
  }

  async #readOn(): Promise<Buffer | undefined> {
    const file = this.#file;
    if (file === undefined) return undefined;
    const { bytesRead } = await file.read(this.#buffer, 0, CHUNK_BYTES, this.#offset);
    if (bytesRead === 0) return undefined;
    this.#offset += bytesRead;
    if (this.#head.length < HEAD_BYTES) this.#head = await readHead(file, HEAD_BYTES);
    return Buffer.from(this.#buffer.subarray(0, bytesRead));
  }

  /** False while there is no such file. */
  async #open(): Promise<boolean> {
    const file = await open(this.#options.path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (file === undefined) {
      // When it comes, all of it is new.
      this.#isFirst = false;
      return false;
    }
    const found = await file.stat();
    if (!found.isFile()) {
      await file.close();
      this.#isFirst = false;
      throw new Error('it is not a file');
    }
    const { ino, size } = found;
    this.#file = file;
    this.#inode = ino;
    this.#head = await readHead(file, HEAD_BYTES);
    this.#offset = 0;
    const from = this.#from;
    this.#from = undefined;
    if (from !== undefined) await this.#goOn(from);
    else if (this.#isFirst) this.#offset = size;
    this.#isFirst = false;
    return true;
  }

  /** From the saved place in this file, or in what it has become. */
  async #goOn(from: LogPlace): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    const { size } = await file.stat();
    const head = this.#head.subarray(0, from.headBytes);
    const isSame = head.length === from.headBytes && headHash(head) === from.head;
    const isEmpty = from.headBytes === 0 && this.#inode !== from.inode;
    if (isSame && !isEmpty && size >= from.offset) this.#offset = from.offset;
    else await this.#catchUp(from);
  }

  async #catchUp(from: LogPlace): Promise<void> {
    const missed = await findMissed(this.#options.path, from);
    if (missed === undefined) {
      if (from.headBytes > 0) this.#options.onLoss(LOSS);
      this.#isNewFile = true;
      return;
    }
    this.#isNewFile = true;
    this.#missed = (async function* () {
      for (const [index, { path, from: start }] of missed.entries()) {
        let isNewFile = index > 0;
        for await (const bytes of readFrom(path, start)) {
          yield { bytes, isNewFile };
          isNewFile = false;
        }
      }
    })();
  }

  /** Shorter than what was read of it, or other bytes at its beginning: copytruncate. */
  async #wasCut(): Promise<boolean> {
    const file = this.#file;
    if (file === undefined) return false;
    const { size, mtimeMs } = await file.stat();
    if (size < this.#offset) return true;
    // A new content may be just as long.
    if (size === this.#offset && mtimeMs === this.#checkedMs) return false;
    this.#checkedMs = mtimeMs;
    const head = await readHead(file, this.#head.length);
    return !head.equals(this.#head);
  }

  async #startAgain(): Promise<void> {
    const place = this.place;
    this.#offset = 0;
    const file = this.#file;
    if (file === undefined || place === undefined) return;
    this.#head = await readHead(file, HEAD_BYTES);
    await this.#catchUp(place);
  }

  /**
   * Whether another file has the name now and something is in it. Until then the writer has not
   * gone over (logrotate's postrotate tells it to), and the old one may still grow.
   */
  async #isReplaced(): Promise<boolean> {
    const found = await stat(this.#options.path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    return found !== undefined && found.ino !== this.#inode && found.size > 0;
  }
}

const LOSS =
  'The mail log was rotated while nobody read it, and its old part is gone: what happened in between is not known. Keep at least one old file.';

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
