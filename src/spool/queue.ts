/**
 * Hands messages to the consumer, a few at a time, the oldest first; one that fails is tried again
 * later and later, and one that fails for days is kept for a person like one that is refused.
 */
import { MessageRefused, type ReturnedMail, type SpooledMessage } from './contract.ts';

export interface QueueEntry {
  readonly id: string;
  readonly name: string;
  readonly receivedAtMs: number;
}

export interface QueueParts {
  readonly consumer: ReturnedMail;
  readonly concurrency: number;
  /** A message that fails for so long is kept for a person. */
  readonly giveUpAfterMs: number;
  /** First wait after a failure; it doubles up to `longestWaitMs`. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly now: () => number;
  readonly open: (entry: QueueEntry) => Promise<SpooledMessage>;
  /** The message is handled. @throws what the disk says. */
  readonly done: (entry: QueueEntry) => Promise<void>;
  /** @throws what the disk says. */
  readonly keep: (entry: QueueEntry, why: string) => Promise<void>;
  /** One try failed and there will be another. */
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly entry: QueueEntry;
  readonly dueMs: number;
}

export class SpoolQueue {
  readonly #parts: QueueParts;
  #ready: QueueEntry[] = [];
  #later: Waiting[] = [];
  readonly #tries = new Map<string, number>();
  /** Handled, and not noted as such yet: the disk failed. */
  readonly #taken = new Set<string>();
  #working = 0;
  #timer: NodeJS.Timeout | undefined;
  #wakesAtMs = Infinity;
  #isClosed = false;
  #whenIdle: (() => void) | undefined;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  add(entry: QueueEntry): void {
    this.#ready.push(entry);
    this.#work();
  }

  /** Finishes what is under way and takes nothing more; the rest stays on the disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#working === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  #work(): void {
    while (!this.#isClosed && this.#working < this.#parts.concurrency) {
      const entry = this.#ready.shift();
      if (entry === undefined) return;
      this.#working += 1;
      void this.#handle(entry).finally(() => {
        this.#working -= 1;
        if (this.#working === 0) this.#whenIdle?.();
        this.#work();
      });
    }
  }

  async #handle(entry: QueueEntry): Promise<void> {
    const { consumer, open, done, keep } = this.#parts;
    try {
      const message = await open(entry).catch((error: unknown) => {
        if (isOfTheDisk(error)) throw error;
        throw new MessageRefused(error instanceof Error ? error.message : String(error));
      });
      if (!this.#taken.has(entry.id)) await consumer.take(message);
      this.#taken.add(entry.id);
      await done(entry);
      this.#taken.delete(entry.id);
      this.#tries.delete(entry.id);
    } catch (error) {
      const isHopeless =
        !this.#taken.has(entry.id) &&
        (error instanceof MessageRefused ||
          this.#parts.now() - entry.receivedAtMs >= this.#parts.giveUpAfterMs);
      if (!isHopeless) {
        this.#tryLater(entry, error);
        return;
      }
      const why = error instanceof Error ? error.message : String(error);
      await keep(entry, why).then(
        () => this.#tries.delete(entry.id),
        (trouble: unknown) => this.#tryLater(entry, trouble),
      );
    }
  }

  #tryLater(entry: QueueEntry, error: unknown): void {
    this.#parts.failed(error);
    const tries = (this.#tries.get(entry.id) ?? 0) + 1;
    this.#tries.set(entry.id, tries);
    const { firstWaitMs, longestWaitMs, now } = this.#parts;
    const waitMs = Math.min(firstWaitMs * 2 ** Math.min(tries - 1, 30), longestWaitMs);
    const dueMs = now() + waitMs;
    this.#later.push({ entry, dueMs });
    this.#wakeAt(dueMs);
  }

  #wakeAt(dueMs: number): void {
    if (this.#isClosed || dueMs >= this.#wakesAtMs) return;
    clearTimeout(this.#timer);
    this.#wakesAtMs = dueMs;
    const waitMs = Math.min(Math.max(dueMs - this.#parts.now(), 1), this.#parts.longestWaitMs);
    this.#timer = setTimeout(() => this.#retry(), waitMs);
    this.#timer.unref();
  }

  #retry(): void {
    this.#wakesAtMs = Infinity;
    const nowMs = this.#parts.now();
    const later: Waiting[] = [];
    let next = Infinity;
    for (const one of this.#later) {
      if (one.dueMs <= nowMs) this.#ready.push(one.entry);
      else {
        later.push(one);
        next = Math.min(next, one.dueMs);
      }
    }
    this.#later = later;
    this.#wakeAt(next);
    this.#work();
  }
}

/** The disk may work again; a file that is not as it should be never does. */
function isOfTheDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code !== 'ENOENT';
}
