/** Allow and deny entries with an end: durable first, matched from memory, purged when over. */
import type { AccessLists, ListEntry, ListKey, ListName } from '../core/access-list.ts';
import { PrimumError } from '../errors.ts';
import type { Records } from '../store/records/contract.ts';
import type { Health } from './health.ts';
import { ListIndex, normalKey } from './list-index.ts';
import { Serial } from './serial.ts';

/** Entries of both lists together; each takes about 500 bytes of memory. */
export const MAX_LIST_ENTRIES = 500_000;

/** Characters of a login, a JA3 or a reason. */
export const MAX_LIST_TEXT = 1000;

/** weakforced purges every second too (wforce: "purge thread every 1 s"). */
const PURGE_INTERVAL_MS = 1000;

export type ListChange = 'add' | 'delete' | 'expire';
export type ListListener = (change: ListChange, entry: ListEntry, by: string) => void;

export interface ListKeeperOptions {
  readonly records: Pick<Records, 'lists'>;
  readonly health: Health;
  readonly now: () => number;
}

export class ListKeeper implements AccessLists {
  readonly #options: ListKeeperOptions;
  readonly #lists = { allow: new ListIndex(), deny: new ListIndex() };
  readonly #serial = new Serial();
  readonly #listeners = new Set<ListListener>();
  readonly #timer: NodeJS.Timeout;
  #nextEndMs = Infinity;

  constructor(options: ListKeeperOptions, entries: readonly ListEntry[]) {
    this.#options = options;
    for (const entry of entries) this.#remember(entry);
    this.#timer = setInterval(() => void this.purge().catch(() => undefined), PURGE_INTERVAL_MS);
    this.#timer.unref();
  }

  get count(): number {
    return this.#lists.allow.size + this.#lists.deny.size;
  }

  match(list: ListName, query: Parameters<AccessLists['match']>[1], nowMs: number) {
    return this.#lists[list].match(query, nowMs);
  }

  /** @throws PrimumError INPUT_UNREADABLE for a key that is none, LIST_FULL over the bound. */
  add(entry: ListEntry): Promise<void> {
    return this.#serial.run(async () => {
      const key = this.#readKey(entry.key);
      const normal = { ...entry, key, reason: entry.reason.slice(0, MAX_LIST_TEXT) };
      if (this.count >= MAX_LIST_ENTRIES && !this.#lists[entry.list].has(key)) {
        throw new PrimumError(
          'LIST_FULL',
          `The access lists have ${MAX_LIST_ENTRIES} entries. Remove some, or use networks instead of addresses.`,
        );
      }
      const audit = this.#audit(`${entry.list}list.add`, key, entry.by, normal.reason);
      await this.#options.health.write(() => this.#options.records.lists.put(normal, audit));
      this.#remember(normal);
      this.#tell('add', normal, entry.by);
    });
  }

  remove(list: ListName, key: ListKey, by: string): Promise<boolean> {
    return this.#serial.run(async () => {
      const normal = normalKey(key);
      const entry = normal === undefined ? undefined : this.#lists[list].get(normal);
      if (normal === undefined || entry === undefined) return false;
      const audit = this.#audit(`${list}list.delete`, normal, by, entry.reason);
      const { health, records, now } = this.#options;
      await health.read(() => records.lists.remove(list, normal, audit));
      this.#lists[list].delete(normal);
      const isLive = entry.expiresAt > now();
      if (isLive) this.#tell('delete', entry, by);
      return isLive;
    });
  }

  entries(list: ListName, nowMs: number): readonly ListEntry[] {
    return [...this.#lists[list].values()].filter((entry) => entry.expiresAt > nowMs);
  }

  /** Calls back after each change is durable; returns how to stop. */
  onChange(listener: ListListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets what has ended. */
  purge(): Promise<void> {
    return this.#serial.run(async () => {
      const { health, records, now } = this.#options;
      const nowMs = now();
      if (nowMs < this.#nextEndMs) return;
      const ended = [...this.#lists.allow.values(), ...this.#lists.deny.values()].filter(
        (entry) => entry.expiresAt <= nowMs,
      );
      await health.read(() => records.lists.purge(nowMs));
      for (const entry of ended) {
        this.#lists[entry.list].delete(entry.key);
        this.#tell('expire', entry, 'primum');
      }
      this.#nextEndMs = Infinity;
      for (const list of [this.#lists.allow, this.#lists.deny]) {
        for (const { expiresAt } of list.values()) {
          this.#nextEndMs = Math.min(this.#nextEndMs, expiresAt);
        }
      }
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #remember(entry: ListEntry): void {
    this.#lists[entry.list].set(entry);
    this.#nextEndMs = Math.min(this.#nextEndMs, entry.expiresAt);
  }

  #readKey(key: ListKey): ListKey {
    const normal = normalKey(key);
    const isTooLong = [key.login, key.ja3].some((text) => (text ?? '').length > MAX_LIST_TEXT);
    if (normal !== undefined && !isTooLong) return normal;
    throw new PrimumError(
      'INPUT_UNREADABLE',
      'An access list entry needs a network, a login, a JA3, or a network with one of the two, in readable form.',
    );
  }

  #audit(action: string, key: ListKey, by: string, why: string) {
    const subject = [key.network, key.login, key.ja3]
      .filter((part) => part !== undefined)
      .join(' ');
    return { at: new Date(this.#options.now()).toISOString(), by, action, subject, why };
  }

  #tell(change: ListChange, entry: ListEntry, by: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(change, entry, by);
      } catch {
        // A listener's trouble must not undo a change that is durable; listeners report their own.
      }
    }
  }
}
