/**
 * Records in memory, over slabs. A clock hand evicts those not used lately once a bound is passed;
 * a record that is not yet on disk stays (see `shrink` for the one exception).
 */
import { Slabs } from './standing-slabs.ts';
import type { Slot } from './standing-slabs.ts';

/** Many small maps instead of one: a map of a million keys stops the program while it grows. */
const SHARDS = 64;

/** Steps of the clock hand for one change: enough to stay within the bound, never a pause. */
const STEPS = 64;

/** How far unsaved records pass the bound before the disk's absence costs some of them. */
const OVERDRAFT = 1.125;

/** One key. Without a slot it is known that the record does not exist. */
export interface Entry {
  readonly key: string;
  slot: Slot | undefined;
  /** Changed since it was last handed to the writer. */
  dirty: boolean;
  /** Handed to the writer and not yet on disk. */
  saving: boolean;
  /** Used since the clock hand last passed. */
  recent: boolean;
  /** In the ring; -1 once it is evicted. */
  place: number;
}

export interface CacheBounds {
  readonly records: number;
  readonly bytes: number;
}

export class StandingCache {
  readonly slabs = new Slabs();
  readonly #bounds: CacheBounds;
  readonly #shards: Map<string, Entry>[] = Array.from(
    { length: SHARDS },
    () => new Map<string, Entry>(),
  );
  readonly #ring: Entry[] = [];
  #hand = 0;
  /** Records that exist and are in memory. */
  records = 0;
  /** Unsaved changes given up because the disk was away and memory full. */
  lost = 0;
  /** Whether the disk is away, so that unsaved records are no longer kept at any price. */
  isDiskAway = false;
  /** Whether memory holds all there is, so that a miss needs no look at the disk. */
  complete: boolean;

  constructor(bounds: CacheBounds, complete: boolean) {
    this.#bounds = bounds;
    this.complete = complete;
  }

  find(key: string): Entry | undefined {
    const entry = this.#shard(key).get(key);
    if (entry !== undefined) entry.recent = true;
    return entry;
  }

  /** The same, and no use of it: a walk over all keeps nothing in memory that nobody asks for. */
  peek(key: string): Entry | undefined {
    return this.#shard(key).get(key);
  }

  /** Whether an entry found before is still the one of its key. */
  has(entry: Entry): boolean {
    return entry.place >= 0;
  }

  /** Adds a key that is not in memory. */
  add(key: string, slot: Slot | undefined): Entry {
    const place = this.#ring.length;
    const entry: Entry = { key, slot, dirty: false, saving: false, recent: false, place };
    this.#ring.push(entry);
    this.#shard(key).set(key, entry);
    if (slot !== undefined) this.records += 1;
    return entry;
  }

  /** Gives an entry other bytes, or none. */
  replace(entry: Entry, slot: Slot | undefined): void {
    if (entry.slot !== undefined) {
      this.slabs.retire(entry.slot);
      this.records -= 1;
    }
    entry.slot = slot;
    if (slot !== undefined) this.records += 1;
  }

  /**
   * Evicts until the bounds hold or the hand has gone its steps. Records that are not on disk are
   * given up only when the disk is away and they alone pass the bounds by an eighth.
   */
  shrink(): void {
    for (let step = 0; step < STEPS && this.#isOver(1); step += 1) {
      if (this.#hand >= this.#ring.length) this.#hand = 0;
      const entry = this.#ring[this.#hand];
      if (entry === undefined) return;
      const unsaved = entry.dirty || entry.saving;
      if (entry.recent) entry.recent = false;
      else if (!unsaved) this.#evict(entry);
      else if (this.isDiskAway && !entry.saving && this.#isOver(OVERDRAFT)) this.#giveUp(entry);
      // An evicted entry's place is taken by the last one, which the hand meets next.
      if (this.#ring[this.#hand] === entry) this.#hand += 1;
    }
  }

  /** All entries; tolerates changes while it runs. */
  *entries(): Generator<Entry> {
    for (const shard of this.#shards) yield* shard.values();
  }

  /** Bytes of records and of what stands round each of them, measured at about 300 a record. */
  bytes(): number {
    return this.slabs.usedBytes + this.#ring.length * 300;
  }

  #isOver(factor: number): boolean {
    return (
      this.#ring.length > this.#bounds.records * factor ||
      this.bytes() > this.#bounds.bytes * factor
    );
  }

  #giveUp(entry: Entry): void {
    entry.dirty = false;
    this.lost += 1;
    this.#evict(entry);
  }

  #evict(entry: Entry): void {
    if (entry.slot !== undefined) this.complete = false;
    this.replace(entry, undefined);
    this.#shard(entry.key).delete(entry.key);
    const { place } = entry;
    entry.place = -1;
    const last = this.#ring.pop();
    if (last === undefined || last === entry) return;
    last.place = place;
    this.#ring[place] = last;
  }

  #shard(key: string): Map<string, Entry> {
    const end = key.length - 1;
    const middle = key.length >> 1;
    // Hashes differ anywhere, logins at their beginning or in the middle, for domains end alike.
    let hash = key.charCodeAt(end) * 31 + key.charCodeAt(end - 1);
    hash = (hash * 31 + key.charCodeAt(middle)) * 31 + key.charCodeAt(middle - 1);
    hash = (hash * 31 + key.charCodeAt(2)) * 31 + key.charCodeAt(3);
    return this.#shards[hash & (SHARDS - 1)] as Map<string, Entry>;
  }
}
