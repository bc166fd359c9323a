/**
 * Whose message it was that something comes back for (FBK-1). Each submission is added to the current
 * page of a ring in standing state, which is written with its judgement: one record changes for many
 * messages. Where a name stands is kept in memory and read from the pages again after a start, when
 * the first thing comes back.
 */
import type { KeyedHash } from '../core/hash.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import {
  addSent,
  createSentPage,
  findSent,
  forEachSent,
  isSentPageFull,
  SENT_PAGES,
  type SentMessage,
  type SentName,
  type SentRow,
} from '../core/profile/sent-record.ts';
import type { StandingRecord, StandingStore } from '../store/standing.ts';
import { SentTable } from './sent-table.ts';

/** Clocks of two hosts, and the whole seconds of a log. */
export const CLOCK_MS = 600_000;
/** Postfix gives up after five days; a queue id of a message sent earlier was given out again. */
export const MAX_QUEUED_MS = 6 * 86_400_000;
/** Complaints come for weeks, and an event's own id never comes again. */
export const MAX_REMEMBERED_MS = 90 * 86_400_000;

const PREFIX = 'n:';
/** The page written last, so that a start goes on behind it. */
const HEAD = 'n:head';

/** What a message that came back is named by. */
export interface Named {
  readonly at: string;
  readonly mta?: string;
  readonly queueId?: string;
  readonly submission?: string;
  readonly messageId?: string;
}

export interface Sent extends SentRow {
  /** Its queue id, its Message-ID, its event id, as far as it has them. */
  readonly names: readonly SentName[];
}

export interface SentPlace {
  /** The page; and the head, where the page is begun. */
  readonly keys: readonly string[];
  readonly page: number;
}

export class SentMessages {
  readonly #standing: StandingStore;
  readonly #hash: KeyedHash;
  #table = new SentTable();
  /** Undefined until the head was read. */
  #page: number | undefined;
  #place: SentPlace = { keys: [], page: 0 };
  #isIndexed = false;
  #indexing: Promise<void> | undefined;
  /** What is added while the pages are read. */
  #meanwhile: (readonly [SentName, number])[] | undefined;

  constructor(standing: StandingStore, hash: KeyedHash) {
    this.#standing = standing;
    this.#hash = hash;
  }

  nameOfQueueId(mta: string, queueId: string): SentName {
    return this.#name(`queue|${mta}|${queueId}`);
  }

  nameOfId(id: string): SentName {
    return this.#name(`event|${id}`);
  }

  /** With or without its angle brackets. */
  nameOfMessageId(messageId: string): SentName {
    return this.#name(`message|${messageId.replace(/^\s*<|>\s*$/g, '')}`);
  }

  /** Where the next message goes. */
  place(): Maybe<SentPlace> {
    return this.#page === undefined ? andThen(this.#begin(), () => this.#place) : this.#place;
  }

  /** Adds a message under its names to the records of its place, which begin at `at`. */
  add(records: StandingRecord[], at: number, { keys, page }: SentPlace, sent: Sent): void {
    const isBegun = keys.length === 1;
    let bytes = records[at];
    // A page of an earlier round begins anew; so does a damaged one.
    if (!isBegun || isSentPageFull(bytes)) bytes = createSentPage();
    if (bytes === undefined) return;
    if (!isBegun) records[at + 1] = headOf(page);
    for (const name of sent.names) {
      addSent(bytes, name, sent);
      this.#table.set(name, page);
      this.#meanwhile?.push([name, page]);
    }
    records[at] = bytes;
    if (page !== this.#page) return;
    if (isSentPageFull(bytes)) this.#turn((page + 1) % SENT_PAGES);
    else if (!isBegun) this.#place = { keys: keys.slice(0, 1), page };
  }

  /** The submission it names: by queue id, event id, Message-ID; undefined when it is none of ours. */
  find(named: Named, isDelivery: boolean): Maybe<SentMessage | undefined> {
    if (this.#page === undefined) {
      return andThen(this.#begin(), () => this.find(named, isDelivery));
    }
    if (!this.#isIndexed) return this.#readPages().then(() => this.find(named, isDelivery));
    const { mta = '', queueId = '', submission = '', messageId = '' } = named;
    const atMs = Date.parse(named.at);
    const maxAgeMs = isDelivery ? MAX_QUEUED_MS : MAX_REMEMBERED_MS;
    const look = (
      isNamed: boolean,
      name: () => SentName,
      ageMs: number,
    ): Maybe<SentMessage | undefined> => (isNamed ? this.#look(name(), atMs, ageMs) : undefined);
    const byQueue = look(queueId !== '', () => this.nameOfQueueId(mta, queueId), maxAgeMs);
    const byId = (): Maybe<SentMessage | undefined> =>
      look(submission !== '', () => this.nameOfId(submission), MAX_REMEMBERED_MS);
    const byMessage = (): Maybe<SentMessage | undefined> =>
      look(messageId !== '', () => this.nameOfMessageId(messageId), maxAgeMs);
    return andThen(byQueue, (first) =>
      first !== undefined
        ? first
        : andThen(byId(), (second): Maybe<SentMessage | undefined> => second ?? byMessage()),
    );
  }

  /** Goes on behind the page written last; where there is none, there is nothing to read either. */
  #begin(): Maybe<void> {
    return andThen(this.#standing.read([HEAD]), ([head]) => {
      if (head === undefined) this.#isIndexed = true;
      this.#turn(((head === undefined ? -1 : pageOf(head)) + 1) % SENT_PAGES);
    });
  }

  #name(text: string): SentName {
    const [high = 0, low = 0] = this.#hash.halves(text);
    return [high, low];
  }

  #turn(page: number): void {
    this.#page = page;
    this.#place = { keys: [PREFIX + page.toString(), HEAD], page };
  }

  #look(name: SentName, atMs: number, maxAgeMs: number): Maybe<SentMessage | undefined> {
    const page = this.#table.get(name);
    if (page === undefined) return undefined;
    return andThen(this.#standing.read([PREFIX + page.toString()]), ([record]) =>
      findSent(record, { name, sinceMs: atMs - maxAgeMs, beforeMs: atMs + CLOCK_MS }),
    );
  }

  /** Once after a start. What was added meanwhile is newer than all pages and stands. */
  #readPages(): Promise<void> {
    this.#indexing ??= this.#index().finally(() => (this.#indexing = undefined));
    return this.#indexing;
  }

  async #index(): Promise<void> {
    const meanwhile: (readonly [SentName, number])[] = [];
    this.#meanwhile = meanwhile;
    const pages: { readonly page: number; readonly seconds: number }[] = [];
    for await (const [key, record] of this.#standing.scan(PREFIX)) {
      if (key === HEAD) continue;
      let seconds = 0;
      forEachSent(record, (_high, _low, at) => (seconds = Math.max(seconds, at)));
      pages.push({ page: Number(key.slice(PREFIX.length)), seconds });
    }
    const table = new SentTable();
    // Oldest first, for the newest message of a name counts.
    pages.sort((a, b) => a.seconds - b.seconds || a.page - b.page);
    for (const { page } of pages) {
      const [record] = await this.#standing.read([PREFIX + page.toString()]);
      if (record === undefined) continue;
      forEachSent(record, (high, low) => {
        table.set([high, low], page);
      });
    }
    for (const [name, page] of meanwhile) table.set(name, page);
    this.#meanwhile = undefined;
    this.#table = table;
    this.#isIndexed = true;
  }
}

function headOf(page: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, page, true);
  return bytes;
}

function pageOf(head: Uint8Array): number {
  if (head.length !== 4) return -1;
  return new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true) % SENT_PAGES;
}
