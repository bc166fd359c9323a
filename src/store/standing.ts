/**
 * Standing state: profiles and counters, one small binary record a key. May lose the last second in
 * a crash and is never wrong afterwards. An engine only moves bytes.
 */
import type { Maybe } from '../core/maybe.ts';

/** `undefined` where nothing is known yet. */
export type StandingRecord = Uint8Array | undefined;

/**
 * Keys that are asked for together, again and again. An engine notes with them where their records are,
 * for to look so many texts up costs more than to judge what is in them.
 */
export class KeyList {
  readonly keys: readonly string[];
  /** What an engine notes of each key, and whose notes these are. */
  notes: unknown[] = [];
  noter: unknown;

  constructor(keys: readonly string[]) {
    this.keys = keys;
  }
}

export interface StandingStore {
  /**
   * Reads records. The bytes still belong to the store: the caller must not change them and must
   * not keep them across an `await`. Records of `first` come before those of `keys`.
   */
  read(keys: readonly string[], first?: KeyList): Maybe<readonly StandingRecord[]>;
  /**
   * Read, change, compare-and-set. `change` owns the array and its bytes: it may alter records in
   * place, replace them, or set one to `undefined` to delete it. It must be pure, for an engine may
   * run it again when another node was faster.
   */
  update<R>(
    keys: readonly string[],
    change: (records: StandingRecord[]) => R,
    first?: KeyList,
  ): Maybe<R>;
  /** Every key that starts with `prefix`, in no particular order; a copy of each record. */
  scan(prefix: string): AsyncIterable<readonly [key: string, record: Uint8Array]>;
  /** Resolves when everything changed so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Figures for metrics: records in memory, bytes, and changes not yet on disk. */
  stats(): { readonly records: number; readonly bytes: number; readonly dirty: number };
}
