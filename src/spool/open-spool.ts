/**
 * The spool of returned mail: a folder `incoming` of what is not acknowledged, `queue` of what is
 * and waits, `kept` of what waits for a person, and the ids of what is done. A message is on the
 * disk under its name before it is acknowledged; what is left in `incoming` by a crash never was.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PrimumError } from '../errors.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { Attempts } from './attempts.ts';
import {
  NoRoomForLetter,
  type IncomingMessage,
  type MailIntake,
  type ReturnedMail,
  type SpoolCounts,
  type SpoolView,
} from './contract.ts';
import { nameOf, openSpooled, parseName } from './files.ts';
import { GroupCommit } from './group-commit.ts';
import { HandledIds } from './handled.ts';
import { Incoming } from './incoming.ts';
import { LetterRoom } from './letter-room.ts';
import { viewSpool } from './look-into.ts';
import { showSpool } from './show-spool.ts';
import { SpoolQueue, type QueueEntry } from './queue.ts';
import { syncFolder } from './sync-folder.ts';

export interface SpoolOptions {
  readonly folder: string;
  readonly consumer: ReturnedMail;
  /** Messages on the disk at once, those kept for a person included. */
  readonly maxMessages?: number;
  readonly maxBytes?: number;
  /** Messages the consumer has at once. */
  readonly concurrency?: number;
  readonly giveUpAfterMs?: number;
  readonly firstWaitMs?: number;
  readonly longestWaitMs?: number;
  readonly suspectWaitMs?: number;
  readonly random?: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export const SPOOL_DEFAULTS = {
  maxMessages: 50_000,
  maxBytes: 2 * 1024 ** 3,
  concurrency: 4,
  giveUpAfterMs: 3 * 86_400_000,
  firstWaitMs: 1_000,
  longestWaitMs: 3_600_000,
  suspectWaitMs: 5_000,
  random: Math.random,
} as const;

export interface Spool extends MailIntake {
  counts(): SpoolCounts;
  /** For a person who looks; it costs more than the counts. */
  view(): SpoolView;
  /** Finishes what is under way. Nothing may come in any more. */
  close(): Promise<void>;
}

type Place = 'queue' | 'kept';

/** How often the folder is looked through while there is no room. */
const LOOK_EVERY_MS = 10_000;

interface Known extends QueueEntry {
  readonly place: Place;
  readonly sizeBytes: number;
  /** It may stay until a person has dealt with it. */
  readonly mayStay: boolean;
}

/** @throws PrimumError STATE_UNUSABLE */
export function openSpool(options: SpoolOptions, telemetry: Telemetry): Spool {
  try {
    return new FileSpool({ ...SPOOL_DEFAULTS, ...options }, telemetry);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new PrimumError(
      'STATE_UNUSABLE',
      `The spool of returned mail ${options.folder} cannot be used: ${cause}`,
      { cause: error },
    );
  }
}

interface Arrival {
  readonly message: Incoming;
  readonly entry: Known;
}

class FileSpool implements Spool {
  readonly #options: Required<SpoolOptions>;
  readonly #handled: HandledIds;
  readonly #attempts: Attempts;
  readonly #queue: SpoolQueue;
  readonly #commits: GroupCommit<Arrival>;
  readonly #known = new Map<string, Known>();
  readonly #letters: LetterRoom;
  #lookedAtMs = -Infinity;
  /** Messages that are becoming durable, by id: who brings the same one waits for it. */
  readonly #arriving = new Map<string, Promise<void>>();
  #bytes = 0;
  #kept = 0;
  #incoming = 0;
  #incomingBytes = 0;
  #serial = 0;

  constructor(options: Required<SpoolOptions>, telemetry: Telemetry) {
    this.#options = options;
    this.#letters = new LetterRoom(options);
    for (const name of ['incoming', 'queue', 'kept']) {
      mkdirSync(join(options.folder, name), { recursive: true, mode: 0o700 });
    }
    for (const name of readdirSync(this.#path('incoming'))) rmSync(this.#path('incoming', name));
    this.#handled = new HandledIds(join(options.folder, 'handled'));
    this.#attempts = new Attempts(join(options.folder, 'attempts'));
    this.#commits = new GroupCommit<Arrival>(
      (arrival) => this.#place(arrival),
      (arrivals) => this.#acknowledge(arrivals),
    );
    this.#queue = new SpoolQueue({
      ...options,
      open: ({ name }) => openSpooled(this.#path('queue', name), name),
      done: (entry) => this.#finish(entry),
      keep: (entry, why) => this.#keep(entry, why),
      attempts: this.#attempts,
      setAside: ({ name }) => telemetry.returnedSetAside(name),
      failed: (error) => telemetry.effectFailed('returned-mail', error, 1),
    });
    for (const place of ['kept', 'queue'] as const) this.#scan(place);
    showSpool(telemetry, () => this.counts());
  }

  hasRoom(sizeBytes: number): boolean {
    if (this.#isBelowBounds(sizeBytes)) return true;
    this.#lookForRoom();
    return this.#isBelowBounds(sizeBytes);
  }

  #isBelowBounds(sizeBytes: number): boolean {
    const { maxMessages, maxBytes } = this.#options;
    return (
      this.#known.size + this.#incoming < maxMessages &&
      this.#bytes + this.#incomingBytes + sizeBytes <= maxBytes
    );
  }

  begin(envelope: Parameters<MailIntake['begin']>[0]): IncomingMessage {
    this.#serial += 1;
    this.#incoming += 1;
    return new Incoming({
      path: this.#path('incoming', `${process.pid}-${this.#serial}`),
      envelope,
      keep: (message, id) => this.#arrive(message, id),
      grown: (bytes) => (this.#incomingBytes += bytes),
      over: (sizeBytes) => {
        this.#incoming -= 1;
        this.#incomingBytes -= sizeBytes;
      },
    });
  }

  counts() {
    return {
      ...{ waiting: this.#known.size - this.#kept, kept: this.#kept, bytes: this.#bytes },
      isFullOfLetters: this.#letters.isFull,
    };
  }

  view(): SpoolView {
    const more = { counts: this.counts(), lettersUsed: this.#letters.used };
    return viewSpool(this.#known.values(), { ...this.#options, ...more });
  }

  async close(): Promise<void> {
    await this.#commits.settled();
    await this.#queue.close();
    await this.#handled.close();
    this.#attempts.close();
  }

  #path(folder: 'incoming' | Place, name = ''): string {
    return join(this.#options.folder, folder, name);
  }

  #scan(place: Place): void {
    for (const name of readdirSync(this.#path(place)).sort()) {
      const parsed = parseName(name);
      if (parsed === undefined) continue;
      const path = this.#path(place, name);
      // Done, and the program died before the file was gone; or kept, and its old name is left.
      if (place === 'queue' && (this.#handled.has(parsed.id) || this.#known.has(parsed.id))) {
        rmSync(path);
        continue;
      }
      const entry = { ...parsed, name, place, sizeBytes: statSync(path).size, mayStay: true };
      this.#remember(entry);
      if (place === 'queue') this.#queue.add(entry);
    }
  }

  #remember(entry: Known): void {
    this.#known.set(entry.id, entry);
    this.#bytes += entry.sizeBytes;
    if (entry.mayStay) this.#letters.add(entry.sizeBytes);
    if (entry.place === 'kept') this.#kept += 1;
  }

  #forget(id: string): void {
    const entry = this.#known.get(id);
    if (entry === undefined || !this.#known.delete(id)) return;
    this.#bytes -= entry.sizeBytes;
    if (entry.mayStay) this.#letters.remove(entry.sizeBytes);
    if (entry.place === 'kept') this.#kept -= 1;
  }

  /** @throws NoRoomForLetter */
  #refuseLetters({ look, sender, sizeBytes }: Incoming): void {
    const letter = { look, sender, sizeBytes };
    if (this.#letters.refuses(letter) === 'full') this.#lookForRoom();
    const why = this.#letters.refuses(letter);
    if (why === undefined) return;
    throw new NoRoomForLetter(
      why === 'full'
        ? 'a letter, while so many wait for a person'
        : 'a letter of a sender or domain with too many today',
    );
  }

  /** People have removed what they have dealt with. */
  #lookForRoom(): void {
    const nowMs = this.#options.now();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    const there = new Set(readdirSync(this.#path('kept')));
    for (const { id, name, place } of this.#known.values()) {
      if (place === 'kept' && !there.has(name)) this.#forget(id);
    }
  }

  async #arrive(message: Incoming, id: string): Promise<void> {
    const twin = this.#arriving.get(id);
    // Brought again: it is durable, or will be; nothing of the second copy is needed.
    if (twin !== undefined || this.#known.has(id) || this.#handled.has(id)) {
      await twin;
      await message.abort();
      return;
    }
    this.#refuseLetters(message);
    const receivedAtMs = this.#options.now();
    const name = nameOf(receivedAtMs, id);
    const { sizeBytes, look, sender } = message;
    const mayStay = look !== 'report';
    const entry: Known = { id, name, receivedAtMs, sizeBytes, place: 'queue', mayStay };
    const durable = this.#commits.add({ message, entry });
    this.#arriving.set(id, durable);
    try {
      await durable;
      if (mayStay) this.#letters.note(sender);
    } finally {
      this.#arriving.delete(id);
    }
  }

  async #place({ message, entry }: Arrival): Promise<void> {
    await message.flush();
    await rename(message.path, this.#path('queue', entry.name));
  }

  async #acknowledge(arrivals: readonly Arrival[]): Promise<void> {
    try {
      await syncFolder(this.#path('queue'));
    } catch (error) {
      for (const { entry } of arrivals) {
        await rm(this.#path('queue', entry.name), { force: true }).catch(() => undefined);
      }
      throw error;
    }
    for (const { entry } of arrivals) {
      this.#remember(entry);
      this.#queue.add(entry);
    }
  }

  async #finish({ id, name }: QueueEntry): Promise<void> {
    await this.#handled.add(id);
    await rm(this.#path('queue', name), { force: true });
    this.#forget(id);
  }

  async #keep(entry: QueueEntry, why: string): Promise<void> {
    const known = this.#known.get(entry.id);
    writeFileSync(this.#path('kept', `${entry.name}.why`), `${why}\n`, { mode: 0o600 });
    await rename(this.#path('queue', entry.name), this.#path('kept', entry.name));
    await syncFolder(this.#path('kept'));
    this.#forget(entry.id);
    if (known !== undefined) this.#remember({ ...known, place: 'kept', mayStay: true });
  }
}
