/**
 * Hands messages to the consumer, a few at a time, the oldest first; one that fails is tried again
 * later and later, and one that fails for days is kept for a person like one that is refused. One that
 * did harm is tried alone, so that it is known which one it was, and after a few times set aside.
 */
import { MAX_ATTEMPTS, type Attempts } from './attempts.ts';
import {
  MessageHarmful,
  MessageRefused,
  type ReturnedMail,
  type SpooledMessage,
} from './contract.ts';

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
  /** From the start to the second try of a message that was being read when the program died. */
  readonly suspectWaitMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly now: () => number;
  readonly open: (entry: QueueEntry) => Promise<SpooledMessage>;
  /** The message is handled. @throws what the disk says. */
  readonly done: (entry: QueueEntry) => Promise<void>;
  /** @throws what the disk says. */
  readonly keep: (entry: QueueEntry, why: string) => Promise<void>;
  readonly attempts: Pick<Attempts, 'of' | 'begin' | 'end' | 'forget'>;
  /** A message that did harm is kept for a person. */
  readonly setAside: (entry: QueueEntry) => void;
  /** One try failed and there will be another. */
  readonly failed: (error: unknown) => void;
}

/**
 * Each further try of a message that was being read when the program died comes so many times later:
 * 5 to 10 seconds after the start, then 30 to 60. Whoever kills a healthy program again and again
 * soon after its start meets it once or twice, hardly three times.
 */
const WAIT_GROWS = 6;

const ENDED = `it hung or ended its reader, or the program, ${MAX_ATTEMPTS} times`;

interface Waiting {
  readonly entry: QueueEntry;
  readonly dueMs: number;
}

export class SpoolQueue {
  readonly #parts: QueueParts;
  #ready: QueueEntry[] = [];
  /** Those that were under way when something went wrong. */
  #suspects: QueueEntry[] = [];
  #isAlone = false;
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
    const deaths = this.#parts.attempts.of(entry.id);
    if (deaths > 0) {
      // The others go first. That it is set aside need not wait.
      const dueMs = this.#parts.now() + (deaths < MAX_ATTEMPTS ? this.#suspectWaitMs(deaths) : 0);
      this.#later.push({ entry, dueMs });
      this.#wakeAt(dueMs);
      return;
    }
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

  #suspectWaitMs(deaths: number): number {
    const { suspectWaitMs, random } = this.#parts;
    return suspectWaitMs * WAIT_GROWS ** (deaths - 1) * (1 + random());
  }

  #work(): void {
    while (!this.#isClosed && !this.#isAlone && this.#working < this.#parts.concurrency) {
      const hasSuspect = this.#suspects.length > 0;
      if (hasSuspect && this.#working > 0) return;
      const entry = hasSuspect ? this.#suspects.shift() : this.#ready.shift();
      if (entry === undefined) return;
      this.#isAlone = hasSuspect;
      this.#working += 1;
      void this.#handle(entry).finally(() => {
        this.#working -= 1;
        this.#isAlone = false;
        if (this.#working === 0) this.#whenIdle?.();
        this.#work();
      });
    }
  }

  async #handle(entry: QueueEntry): Promise<void> {
    const { done, attempts } = this.#parts;
    try {
      if (!this.#taken.has(entry.id)) await this.#attempt(entry);
      this.#taken.add(entry.id);
      await done(entry);
      this.#taken.delete(entry.id);
      this.#tries.delete(entry.id);
      attempts.forget(entry.id);
    } catch (error) {
      await this.#fail(entry, error);
    }
  }

  /** @throws MessageRefused, MessageHarmful, or what may pass. */
  async #attempt(entry: QueueEntry): Promise<void> {
    const { consumer, open, attempts } = this.#parts;
    const { id } = entry;
    if (attempts.of(id) >= MAX_ATTEMPTS) throw new MessageHarmful(ENDED);
    const message = await open(entry).catch((error: unknown) => {
      if (isOfTheDisk(error)) throw error;
      throw new MessageRefused(error instanceof Error ? error.message : String(error));
    });
    await consumer.ready?.();
    attempts.begin(id);
    let isUnderWay = true;
    const survived = (): void => {
      if (isUnderWay) attempts.end(id);
      isUnderWay = false;
    };
    try {
      await consumer.take(message, survived);
    } catch (error) {
      if (!(error instanceof MessageHarmful)) survived();
      throw error;
    }
    survived();
  }

  async #fail(entry: QueueEntry, error: unknown): Promise<void> {
    const { attempts, keep, now, giveUpAfterMs, setAside } = this.#parts;
    const isHarmful = error instanceof MessageHarmful && attempts.of(entry.id) >= MAX_ATTEMPTS;
    const isHopeless =
      !this.#taken.has(entry.id) &&
      (error instanceof MessageRefused || isHarmful || now() - entry.receivedAtMs >= giveUpAfterMs);
    if (!isHopeless) {
      this.#tryLater(entry, error);
      return;
    }
    const why = error instanceof Error ? error.message : String(error);
    try {
      await keep(entry, why);
      this.#tries.delete(entry.id);
      if (isHarmful) setAside(entry);
      attempts.forget(entry.id);
    } catch (trouble) {
      this.#tryLater(entry, trouble);
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
      const isSuspect = this.#parts.attempts.of(one.entry.id) > 0;
      if (one.dueMs <= nowMs) (isSuspect ? this.#suspects : this.#ready).push(one.entry);
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
