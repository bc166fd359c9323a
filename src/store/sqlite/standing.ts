/**
 * Standing state, embedded: memory in front, written behind to SQLite by a thread of its own, so
 * that reading and changing never wait for the disk. What is on disk is always memory as it was at
 * one moment, at most a second ago (docs/decisions/0004-standing-state.md).
 */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PrimumError } from '../../errors.ts';
import type { KeyList, StandingRecord, StandingStore } from '../standing.ts';
import { StandingCache } from './standing-cache.ts';
import type { Entry } from './standing-cache.ts';
import { openOrBeginStanding } from './standing-database.ts';
import { scanStanding } from './standing-scan.ts';
import { MAX_RECORD_BYTES } from './standing-slabs.ts';
import type { Slot } from './standing-slabs.ts';
import { Sweeper } from './standing-sweeper.ts';
import { Undo } from '../standing-undo.ts';
import { StandingWriter } from './standing-writer.ts';

export interface SqliteStandingOptions {
  /** The file; its folder exists. */
  readonly path: string;
  /** Keys kept in memory. Default: one for each KiB the JavaScript heap may have. */
  readonly cacheRecords?: number;
  /** Bytes kept in memory, all told. Default: half of the machine's memory, at most 4 GiB. */
  readonly cacheBytes?: number;
  /** How long a change waits at most before it goes to the disk, others with it. */
  readonly flushMs?: number;
  /** Pause between two looks for records that nobody changed for long. Default: a second. */
  readonly sweepStepMs?: number;
  /** Called at the moment that a batch is of: what is changed in it goes to the disk with the batch. */
  readonly beforeBatch?: () => void;
  /** When the first walk over the file begins, after the opening. Default: ten minutes. */
  readonly sweepAfterMs?: number;
  /** Called once when changes cannot be written; memory goes on. */
  readonly onError?: (error: unknown) => void;
  /** Called at the opening when the file was damaged: it was moved there, and a new one begun. */
  readonly onDamaged?: (setAside: string) => void;
  /** Called once when they can again. */
  readonly onRecovered?: () => void;
}

/** Both calls that the mail path makes answer at once. */
export interface SqliteStanding extends StandingStore {
  read(keys: readonly string[], first?: KeyList): readonly StandingRecord[];
  update<R>(keys: readonly string[], change: (records: StandingRecord[]) => R, first?: KeyList): R;
}

// The longer, the fewer records are written: busy accounts change theirs many times a second.
const DEFAULT_FLUSH_MS = 600;

/** Age by which a change should be on disk; the promise is a second. */
const AGE_MS = 800;

/** Looks at the clock within one flush time. */
const LOOKS = 10;
const DEFAULT_CACHE_BYTES = 4 * 1024 ** 3;

/** Pause before a failed batch is tried again. */
const RETRY_MS = 1_000;

/** Opens or makes the file. Ready at once, however much is in it. @throws PrimumError STATE_UNUSABLE. */
export function openSqliteStanding(options: SqliteStandingOptions): SqliteStanding {
  return new Standing(options);
}

class Standing implements SqliteStanding {
  readonly #options: SqliteStandingOptions;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #cache: StandingCache;
  readonly #writer: StandingWriter;
  readonly #sweeper: Sweeper;
  readonly #timer: NodeJS.Timeout;
  readonly #flushMs: number;
  /** When the oldest change that waits was made; how long the last batch took to the disk. */
  #dirtySince = 0;
  #lastWriteMs = 0;
  #batches = 0;
  readonly #undo = new Undo();
  #dirty: Entry[] = [];
  /** Entries being written, and the promise of their commit. */
  #saving: readonly Entry[] = [];
  #save: Promise<void> | undefined;
  #isPacking = false;
  #isLossSaid = false;
  #retryAt = 0;

  constructor(options: SqliteStandingOptions) {
    this.#options = options;
    this.#database = openOrBeginStanding(options.path, options.onDamaged);
    this.#select = this.#database.prepare('SELECT value FROM standing WHERE key = ?');
    const isEmpty = this.#database.prepare('SELECT 1 FROM standing LIMIT 1').get() === undefined;
    const bounds = {
      records: options.cacheRecords ?? Math.floor(getHeapStatistics().heap_size_limit / 1024),
      bytes: options.cacheBytes ?? Math.min(DEFAULT_CACHE_BYTES, totalmem() / 2),
    };
    this.#cache = new StandingCache(bounds, isEmpty);
    this.#sweeper = new Sweeper(options);
    this.#writer = new StandingWriter(options.path, (step) => {
      for (const key of this.#sweeper.take(step)) this.#forget(key);
    });
    this.#flushMs = options.flushMs ?? DEFAULT_FLUSH_MS;
    const lookMs = Math.max(1, this.#flushMs / LOOKS);
    this.#timer = setInterval(() => this.#tick(), lookMs).unref();
  }

  read(keys: readonly string[], first?: KeyList): readonly StandingRecord[] {
    const records: StandingRecord[] = [];
    for (const entry of this.#entries(keys, first)) records.push(entry?.slot?.bytes);
    this.#cache.shrink();
    return records;
  }

  update<R>(keys: readonly string[], change: (records: StandingRecord[]) => R, first?: KeyList): R {
    const entries = this.#entries(keys, first);
    const records: StandingRecord[] = [];
    for (const entry of entries) {
      if (entry?.saving && this.#isPacking) this.#detach(entry);
      records.push(entry?.slot?.bytes);
    }
    this.#undo.keep(records);
    try {
      const result = change(records);
      this.#settle({ keys, first }, entries, records);
      return result;
    } catch (error) {
      // A change that fails half-way has not happened.
      this.#undo.restore();
      throw error;
    } finally {
      this.#cache.shrink();
    }
  }

  scan(prefix: string): AsyncGenerator<readonly [string, Uint8Array]> {
    return scanStanding({
      unsaved: () => [...this.#dirty, ...this.#saving].map(({ key }) => key),
      database: this.#database,
      prefix,
      current: (key) => this.read([key])[0],
      inMemory: (key) => {
        const entry = this.#cache.peek(key);
        return entry && { record: entry.slot?.bytes };
      },
      batches: () => this.#batches,
    });
  }

  async flush(): Promise<void> {
    // A batch under way may lack the latest changes, and its failure is not the last word.
    await this.#save?.catch(() => undefined);
    await (this.#save ?? this.#begin());
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.flush();
    } finally {
      await this.#writer.close();
      this.#database.close();
    }
  }

  stats(): { records: number; bytes: number; dirty: number } {
    const dirty = this.#dirty.length + this.#saving.length;
    return { records: this.#cache.records, bytes: this.#cache.bytes(), dirty };
  }

  /** What is known of each key, those of `first` first. */
  #entries(keys: readonly string[], first: KeyList | undefined): (Entry | undefined)[] {
    const entries: (Entry | undefined)[] = [];
    if (first !== undefined) this.#listed(first, entries);
    for (const key of keys) entries.push(this.#entry(key));
    return entries;
  }

  #listed(list: KeyList, into: (Entry | undefined)[]): void {
    if (list.noter !== this) {
      list.noter = this;
      list.notes = [];
    }
    const notes = list.notes as (Entry | undefined)[];
    for (let i = 0; i < list.keys.length; i += 1) {
      let entry = notes[i];
      if (entry !== undefined && this.#cache.has(entry)) entry.recent = true;
      else notes[i] = entry = this.#entry(list.keys[i] as string);
      into.push(entry);
    }
  }

  /** What is known of a key. `undefined`: there is no such record, and no need to remember that. */
  #entry(key: string): Entry | undefined {
    const entry = this.#cache.find(key);
    if (entry !== undefined || this.#cache.complete) return entry;
    const value = this.#load(key);
    return this.#cache.add(key, value && this.#cache.slabs.copy(value));
  }

  #load(key: string): Uint8Array | undefined {
    try {
      return this.#select.get(key)?.['value'] as Uint8Array | undefined;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const message = `Standing state cannot be read from ${this.#options.path}: ${cause}.`;
      throw new PrimumError('STORE_UNAVAILABLE', message, { cause: error });
    }
  }

  /** Gives an entry a copy to change, because its bytes are still being packed for the disk. */
  #detach(entry: Entry): void {
    if (entry.slot !== undefined) {
      this.#cache.replace(entry, this.#cache.slabs.copy(entry.slot.bytes));
    }
  }

  /** Takes over what a change left: the same bytes altered in place, other bytes, or none. */
  #settle(
    { keys, first }: { readonly keys: readonly string[]; readonly first: KeyList | undefined },
    entries: readonly (Entry | undefined)[],
    records: readonly StandingRecord[],
  ): void {
    let isInPlace = records.length === entries.length;
    for (let i = 0; i < records.length; i += 1) {
      const record = records[i];
      if (record !== undefined && record.length > MAX_RECORD_BYTES) {
        throw new RangeError(`A record of ${record.length} bytes is over ${MAX_RECORD_BYTES}.`);
      }
      isInPlace &&= record === entries[i]?.slot?.bytes;
    }
    // Nearly always the same bytes were altered where they are.
    if (isInPlace) this.#markAll(entries);
    else this.#takeOver(first === undefined ? keys : first.keys.concat(keys), entries, records);
  }

  #markAll(entries: readonly (Entry | undefined)[]): void {
    for (const entry of entries) if (entry?.slot !== undefined) this.#markDirty(entry);
  }

  #takeOver(
    keys: readonly string[],
    entries: readonly (Entry | undefined)[],
    records: readonly StandingRecord[],
  ): void {
    // All copies come first: records may have changed places.
    const slots = keys.map((_, i) => {
      const old = entries[i]?.slot;
      const record = records[i];
      return record === undefined || record === old?.bytes ? old : this.#cache.slabs.copy(record);
    });
    for (let i = 0; i < keys.length; i += 1) {
      this.#put(keys[i] ?? '', entries[i], records[i] && slots[i]);
    }
  }

  #put(key: string, known: Entry | undefined, slot: Slot | undefined): void {
    const old = known ?? this.#cache.find(key);
    if (slot === undefined && old?.slot === undefined) return;
    const entry = old ?? this.#cache.add(key, undefined);
    if (entry.slot !== slot) this.#cache.replace(entry, slot);
    this.#markDirty(entry);
  }

  /** Deletes a record that nobody changed for long, unless somebody just did. */
  #forget(key: string): void {
    const entry = this.#cache.find(key) ?? this.#cache.add(key, undefined);
    if (entry.dirty || entry.saving) return;
    this.#cache.replace(entry, undefined);
    entry.recent = false;
    this.#markDirty(entry);
  }

  #markDirty(entry: Entry): void {
    if (entry.dirty) return;
    entry.dirty = true;
    if (this.#dirty.length === 0) this.#dirtySince = performance.now();
    this.#dirty.push(entry);
  }

  #tick(): void {
    if (!this.#isPacking) this.#cache.slabs.recycle();
    if (this.#cache.lost > 0 && !this.#isLossSaid) this.#sayLoss();
    if (this.#save !== undefined) return;
    if (!this.#cache.isDiskAway && this.#sweeper.isDue()) this.#writer.sweep();
    if (this.#dirty.length === 0 || !this.#isDue()) return;
    if (this.#cache.isDiskAway && Date.now() < this.#retryAt) return;
    // A failure is reported by `#begin`; here it only means another try.
    this.#begin().catch(() => undefined);
  }

  /** A slow disk is begun with earlier, so that the oldest change arrives in time. */
  #isDue(): boolean {
    const latest = Math.max(this.#flushMs / LOOKS, AGE_MS - 2 * this.#lastWriteMs);
    const waited = performance.now() - this.#dirtySince;
    return waited >= Math.min(this.#flushMs, latest) - this.#flushMs / LOOKS;
  }

  #begin(): Promise<void> {
    if (this.#dirty.length > 0) this.#options.beforeBatch?.();
    const batch = this.#dirty.filter((entry) => entry.dirty);
    this.#dirty = [];
    if (batch.length === 0) return Promise.resolve();
    this.#save = this.#write(batch).finally(() => {
      this.#saving = [];
      this.#save = undefined;
    });
    return this.#save;
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    // Until they are packed these bytes stay (`#detach`): the disk gets memory as it is now.
    const changes = batch.map(({ key, slot }) => ({ key, value: slot?.bytes }));
    for (const entry of batch) {
      entry.dirty = false;
      entry.saving = true;
    }
    this.#saving = batch;
    this.#isPacking = true;
    const startedAt = performance.now();
    try {
      await this.#writer.write(changes, () => (this.#isPacking = false));
      this.#lastWriteMs = performance.now() - startedAt;
      for (const entry of batch) entry.saving = false;
      this.#batches += 1;
      this.#succeeded();
    } catch (error) {
      for (const entry of batch) {
        entry.saving = false;
        this.#markDirty(entry);
      }
      this.#failed(error);
      throw error;
    }
  }

  #sayLoss(): void {
    this.#isLossSaid = true;
    const message = `Memory is full of standing state that cannot be written to ${this.#options.path}; what was used least is given up. Free space or mend the disk.`;
    this.#options.onError?.(new PrimumError('STORE_UNAVAILABLE', message));
  }

  #succeeded(): void {
    if (!this.#cache.isDiskAway) return;
    this.#cache.isDiskAway = false;
    this.#isLossSaid = false;
    this.#cache.lost = 0;
    this.#options.onRecovered?.();
  }

  #failed(error: unknown): void {
    this.#retryAt = Date.now() + RETRY_MS;
    if (this.#cache.isDiskAway) return;
    this.#cache.isDiskAway = true;
    this.#options.onError?.(error);
  }
}
