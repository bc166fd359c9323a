/** Compresses closed segments and deletes old ones, in the background, one job at a time. */
import { PrimumError } from '../../errors.ts';
import { hasIndex } from './compress-segment.ts';
import type { LineKeys } from './line-keys.ts';
import { SegmentDamaged, workOnSegment } from './segment-thread.ts';
import { expireSegments, listSegments, removeUnfinished, type Segment } from './segments.ts';

export interface SegmentTidierOptions {
  readonly folder: string;
  readonly retentionDays: number;
  readonly now: () => number;
  /** Name of the segment being written, which is left alone. */
  readonly current: () => string | undefined;
  /** Which of its lines have which key, where this process wrote them. */
  readonly keysOf: (name: string) => LineKeys | undefined;
  /** A segment is compressed and has its index in its file. */
  readonly onCompressed: (name: string) => void;
  readonly onError: (error: unknown) => void;
}

const DAY_MS = 86_400_000;

/** Looks for old segments even when nothing is written. */
const ROUND_MS = 3_600_000;

export class SegmentTidier {
  readonly #options: SegmentTidierOptions;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #retentionDays: number;
  #job: Promise<void> = Promise.resolve();
  #isWaiting = false;
  #isTroubleSaid = false;
  /** Segments that are known to have an index, or cannot have one. */
  readonly #indexed = new Set<string>();

  constructor(options: SegmentTidierOptions) {
    this.#options = options;
    this.#retentionDays = options.retentionDays;
    this.#timer = setInterval(() => this.wake(), ROUND_MS).unref();
  }

  keepDays(retentionDays: number): void {
    this.#retentionDays = retentionDays;
    this.wake();
  }

  /** Asks for a round; one that waits already is enough. */
  wake(): void {
    if (this.#isWaiting || this.#abort.signal.aborted) return;
    this.#isWaiting = true;
    this.#job = this.#job.then(() => this.#round());
  }

  /** Breaks off; the next start goes on. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await this.#job;
  }

  async #round(): Promise<void> {
    this.#isWaiting = false;
    try {
      await this.#tidy();
      this.#isTroubleSaid = false;
    } catch (error) {
      if (this.#abort.signal.aborted || this.#isTroubleSaid) return;
      this.#isTroubleSaid = true;
      this.#options.onError(untidy(this.#options.folder, error));
    }
  }

  async #tidy(): Promise<void> {
    const { folder, now, current, keysOf } = this.#options;
    await expireSegments(folder, now() - this.#retentionDays * DAY_MS);
    await removeUnfinished(folder);
    for (const segment of await listSegments(folder)) {
      if (this.#abort.signal.aborted) return;
      // Asked after listing: a file that is listed and not current by now is closed for good.
      if (segment.endings.includes('.ndjson') && segment.name !== current()) {
        const keys = keysOf(segment.name)?.table();
        await workOnSegment({ kind: 'compress', folder, segment, keys }, this.#abort.signal);
        this.#options.onCompressed(segment.name);
      }
    }
    for (const segment of (await listSegments(folder)).reverse()) {
      if (segment.endings.includes('.ndjson.zst')) await this.#index(segment);
    }
  }

  /** Segments of older versions have no index. Nothing is lost where one cannot be made. */
  async #index(segment: Segment): Promise<void> {
    if (this.#abort.signal.aborted || this.#indexed.has(segment.name)) return;
    try {
      const { folder } = this.#options;
      const isDone = await hasIndex(folder, segment.name);
      if (!isDone) await workOnSegment({ kind: 'index', folder, segment }, this.#abort.signal);
    } catch (error) {
      // Who searches in it is told; it is left as it is.
      if (!(error instanceof SegmentDamaged)) throw error;
    }
    this.#indexed.add(segment.name);
  }
}

function untidy(folder: string, error: unknown): PrimumError {
  const cause = error instanceof Error ? error.message : String(error);
  const message = `Old journal segments in ${folder} cannot be compressed or deleted: ${cause}. They stay as they are and are tried again; check space and permissions.`;
  return new PrimumError('STORE_UNAVAILABLE', message, { cause: error });
}
