/**
 * The journal in files: NDJSON segments, append-only, closed by size and by day, compressed in the
 * background, deleted after the retention (docs/decisions/0005-journal.md). `append` only queues:
 * lines are serialised once what the turn brought is answered, and written off the event loop.
 */
import { PrimumError } from '../../errors.ts';
import type { Journal, JournalKey, JournalLine } from '../journal.ts';
import { makeFolder } from '../state-folder.ts';
import { seekByKey, type Looked, type Sought } from './find-by-key.ts';
import { findInSegment } from './find-line.ts';
import { lookAhead } from './look-ahead.ts';
import { BLOCK_BYTES, LineQueue } from './line-queue.ts';
import { SegmentTidier } from './segment-tidier.ts';
import { openSegmentFile, SegmentWriter } from './segment-writer.ts';
import type { OpenSegmentFile } from './segment-writer.ts';
import { listSegments, segmentBytes, type Segment } from './segments.ts';

export interface FileJournalOptions {
  /** Made with mode 0700 where it is missing. */
  readonly folder: string;
  /** A segment is closed once it is this large. */
  readonly segmentBytes?: number;
  readonly retentionDays?: number;
  /** Lines that wait for the disk; over it new lines are dropped and counted. */
  readonly maxQueuedBytes?: number;
  /** How long a line waits for others to be written with. */
  readonly flushMs?: number;
  /** Called once when lines cannot be written, or come faster than the disk takes them. */
  readonly onError?: (error: unknown) => void;
  /** Called once when lines are written again and few wait. */
  readonly onRecovered?: () => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** How a segment's file is opened; tests give a disk that fails. */
  readonly openFile?: OpenSegmentFile;
}

const DEFAULT_SEGMENT_BYTES = 64 * 1_048_576;
// Abuse reports arrive weeks after the message; a quarter covers them.
const DEFAULT_RETENTION_DAYS = 90;
const DEFAULT_MAX_QUEUED_BYTES = 64 * 1_048_576;
const DEFAULT_FLUSH_MS = 100;

/** Lines that wait to be serialised, at most until the end of the event loop's turn. */
const MAX_FRESH = 256;
/** Segments whose index is asked before the lines of the one before are read: as many as the system
 * reads at once for us (UV_THREADPOOL_SIZE), and a few that wait their turn. */
const MAX_AHEAD = 6;
/** Keys that are looked for at once in all of them; each is a read of some kilobytes. */
const MAX_ASKED_AT_ONCE = 256;

const NOTHING_HERE: Sought = {
  read: () => Promise.resolve({ isRead: true }),
  close: () => Promise.resolve(),
};

/** Pause before a failed write is tried again. */
const RETRY_MS = 1_000;

export interface FileJournal extends Journal {
  /** Segments older than this go from now on. */
  keepDays(retentionDays: number): void;
  /** Id of the event appended last, by this process. */
  lastEvent(): string | undefined;
}

/** Opens the folder; each start begins a new segment. @throws PrimumError STATE_UNUSABLE. */
export function openFileJournal(options: FileJournalOptions): FileJournal {
  try {
    makeFolder(options.folder);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const message = `The journal folder ${options.folder} cannot be made: ${cause}. Check its path and permissions.`;
    throw new PrimumError('STATE_UNUSABLE', message, { cause: error });
  }
  return new SegmentedJournal(options);
}

class SegmentedJournal implements FileJournal {
  readonly #options: FileJournalOptions;
  readonly #queue: LineQueue;
  readonly #writer: SegmentWriter;
  readonly #tidier: SegmentTidier;
  readonly #flushMs: number;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #lastEvent: string | undefined;
  /** Lines that are taken into the queue behind what is under way, many at once. */
  #fresh: JournalLine[] = [];
  #isTroubleSaid = false;
  #isFailing = false;
  #isClosed = false;

  constructor(options: FileJournalOptions) {
    const now = options.now ?? Date.now;
    this.#options = options;
    this.#flushMs = options.flushMs ?? DEFAULT_FLUSH_MS;
    this.#queue = new LineQueue(options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES);
    this.#tidier = new SegmentTidier({
      folder: options.folder,
      retentionDays: options.retentionDays ?? DEFAULT_RETENTION_DAYS,
      now,
      current: () => this.#writer.current,
      keysOf: (name) => this.#writer.keysOf(name),
      onCompressed: (name) => this.#writer.forgetKeys(name),
      onError: (error) => options.onError?.(error),
    });
    this.#writer = new SegmentWriter({
      folder: options.folder,
      segmentBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
      now,
      openFile: options.openFile ?? openSegmentFile,
      onClosed: () => this.#tidier.wake(),
    });
    this.#tidier.wake();
  }

  append(...lines: readonly JournalLine[]): void {
    if (this.#fresh.length === 0) setImmediate(this.#takeFresh);
    for (const line of lines) {
      this.#fresh.push(line);
      if (line.kind !== 'verdict' && line.kind !== 'rung') this.#lastEvent = line.id;
    }
    if (this.#fresh.length >= MAX_FRESH) this.#takeFresh();
  }

  readonly #takeFresh = (): void => {
    const lines = this.#fresh;
    if (lines.length === 0) return;
    this.#fresh = [];
    let isFull = false;
    for (const line of lines) isFull = !this.#queue.push(line) || isFull;
    if (isFull && !this.#isTroubleSaid) this.#sayTrouble(this.#tooFast());
    this.#schedule();
  };

  lastEvent(): string | undefined {
    return this.#lastEvent;
  }

  async find(
    match: (line: JournalLine) => boolean,
    text: string,
    isEnough: () => boolean = () => false,
  ): Promise<JournalLine | undefined> {
    this.#takeFresh();
    const queued = this.#queue.find(match, text);
    if (queued !== undefined) return queued;
    const seek = ({ name }: Segment): Promise<Sought> =>
      Promise.resolve({
        read: async () => ({ isRead: true, line: await this.#read(name, match, [text]) }),
        close: () => Promise.resolve(),
      });
    return this.#search(isEnough, seek, 1);
  }

  async findBy(
    keys: readonly JournalKey[],
    match: (line: JournalLine) => boolean,
    isEnough: () => boolean = () => false,
  ): Promise<JournalLine | undefined> {
    const texts = keys.map(textOf);
    this.#takeFresh();
    const queued = this.#queue.find(match, ...texts);
    if (queued !== undefined) return queued;
    const { folder } = this.#options;
    const seek = async (segment: Segment, endedAt: number): Promise<Sought> => {
      const { name, beganAt } = segment;
      const here = keys.filter(
        ({ since = 0, until = Infinity }) => since <= endedAt && beganAt <= until,
      );
      if (here.length === 0) return NOTHING_HERE;
      const search = { folder, keys: here, match, isEnough };
      const sought = await seekByKey(name, search, this.#writer.keysOf(name));
      const read = async (): Promise<Looked> => {
        const looked = await sought.read();
        if (looked.isRead) return looked;
        return { isRead: true, line: await this.#read(name, match, here.map(textOf)) };
      };
      return { read, close: () => sought.close() };
    };
    const ahead = Math.floor(MAX_ASKED_AT_ONCE / Math.max(1, keys.length));
    return this.#search(isEnough, seek, Math.max(1, Math.min(MAX_AHEAD, ahead)));
  }

  #read(
    name: string,
    match: (line: JournalLine) => boolean,
    texts: readonly string[],
  ): Promise<JournalLine | undefined> {
    return findInSegment(() => segmentBytes(this.#options.folder, name), { match, texts });
  }

  /** The newest segment first; so many are asked at once. */
  async #search(
    isEnough: () => boolean,
    seek: (segment: Segment, endedAt: number) => Promise<Sought>,
    atOnce: number,
  ): Promise<JournalLine | undefined> {
    let trouble: unknown;
    const segments = (await listSegments(this.#options.folder)).reverse();
    const begin = (segment: Segment, i: number): Promise<Sought> =>
      seek(segment, segments[i - 1]?.beganAt ?? Infinity);
    for await (const [{ name }, seeking] of lookAhead(segments, begin, atOnce)) {
      if (isEnough()) break;
      try {
        const { line } = await (await seeking).read();
        if (line !== undefined) return line;
      } catch (error) {
        trouble = unreadable(name, error);
      }
    }
    // A segment that cannot be read must not pass for one that does not have the line.
    if (trouble !== undefined) throw trouble as PrimumError;
    return undefined;
  }

  async flush(): Promise<void> {
    this.#takeFresh();
    const target = this.#queue.accepted;
    while (this.#queue.written < target) await this.#write();
    await this.#writer.sync();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    try {
      await this.#writing?.catch(() => undefined);
      await this.flush();
    } finally {
      await this.#writer.close();
      await this.#tidier.close();
    }
  }

  keepDays(retentionDays: number): void {
    this.#tidier.keepDays(retentionDays);
  }

  stats(): { appended: number; dropped: number; queuedBytes: number } {
    this.#takeFresh();
    const { accepted, dropped, queuedBytes } = this.#queue;
    return { appended: accepted, dropped, queuedBytes };
  }

  #schedule(): void {
    if (this.#isClosed || this.#writing !== undefined || this.#queue.queuedBytes === 0) return;
    if (this.#queue.queuedBytes >= BLOCK_BYTES && !this.#isFailing) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#writeSoon();
    } else {
      this.#timer ??= setTimeout(
        () => {
          this.#timer = undefined;
          this.#writeSoon();
        },
        this.#isFailing ? RETRY_MS : this.#flushMs,
      );
    }
  }

  #writeSoon(): void {
    // A failure is said by `#write`; here it only means another try.
    void this.#write()
      .catch(() => undefined)
      .finally(() => this.#schedule());
  }

  /** Writes the oldest lines that wait; joins a write under way. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeNext().finally(() => (this.#writing = undefined));
    return this.#writing;
  }

  async #writeNext(): Promise<void> {
    const chunk = this.#queue.next();
    if (chunk === undefined) return;
    try {
      await this.#writer.write(chunk);
    } catch (error) {
      this.#isFailing = true;
      const trouble = unwritable(this.#options.folder, error);
      this.#sayTrouble(trouble);
      throw trouble;
    }
    this.#queue.done();
    this.#isFailing = false;
    if (this.#isTroubleSaid && this.#queue.queuedBytes < BLOCK_BYTES) {
      this.#isTroubleSaid = false;
      this.#options.onRecovered?.();
    }
  }

  #sayTrouble(error: PrimumError): void {
    if (this.#isTroubleSaid) return;
    this.#isTroubleSaid = true;
    this.#options.onError?.(error);
  }

  #tooFast(): PrimumError {
    const message = `Journal lines come faster than ${this.#options.folder} takes them, and some are dropped. Use a faster disk or raise the bound of the queue.`;
    return new PrimumError('STORE_UNAVAILABLE', message);
  }
}

/** As the value stands in the file: JSON escapes quotes and backslashes. */
function textOf({ value }: JournalKey): string {
  return JSON.stringify(value).slice(1, -1);
}

function unwritable(folder: string, error: unknown): PrimumError {
  const cause = error instanceof Error ? error.message : String(error);
  const message = `The journal cannot be written to ${folder}: ${cause}. Lines wait in memory, then are dropped; free space or mend the disk.`;
  return new PrimumError('STORE_UNAVAILABLE', message, { cause: error });
}

function unreadable(name: string, error: unknown): PrimumError {
  const cause = error instanceof Error ? error.message : String(error);
  const message = `The journal segment ${name} cannot be read: ${cause}. Move it away or restore it.`;
  return new PrimumError('INPUT_UNREADABLE', message, { cause: error });
}
