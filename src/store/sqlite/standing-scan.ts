/**
 * Every record with a prefix: those not on disk yet first, then those on disk, in order of their keys.
 * A pass over all of memory would cost a second with a million accounts, for one of them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { StandingRecord } from '../standing.ts';

/** Keys looked at before other work gets its turn. */
const STRIDE = 500;

/** After every key of a prefix: no text has a higher character, and SQLite compares the bytes of UTF-8. */
const BEHIND_ALL = '\u{10ffff}';

export interface Scan {
  /** Keys of which the disk does not know the newest. */
  readonly unsaved: () => readonly string[];
  readonly database: DatabaseSync;
  readonly prefix: string;
  /** The record as it is now, wherever it is; it is kept in memory then. */
  readonly current: (key: string) => StandingRecord;
  /** What memory has of a key; `undefined` where only the disk can tell. */
  readonly inMemory: (key: string) => { readonly record: StandingRecord } | undefined;
  /** How many batches have reached the disk. */
  readonly batches: () => number;
}

/** Costs one pass over what is not saved and one over its keys on disk; none is yielded twice. */
export async function* scanStanding(
  scan: Scan,
): AsyncGenerator<readonly [key: string, record: Uint8Array]> {
  const seen = new Set<string>();
  let looked = 0;
  for (const key of scan.unsaved()) {
    looked += 1;
    if (looked % STRIDE === 0) await nextTurn();
    if (!key.startsWith(scan.prefix) || seen.has(key)) continue;
    seen.add(key);
    const record = scan.current(key);
    if (record !== undefined) yield [key, Uint8Array.from(record)];
  }
  for await (const [key, record] of recordsOnDisk(scan)) {
    if (!seen.has(key) && record !== undefined) yield [key, Uint8Array.from(record)];
  }
}

/**
 * What memory has not is taken from the page as it was read: a walk over a million records is no reason
 * to keep them all. Where a batch went to the disk since, the page may be older than the record is.
 */
async function* recordsOnDisk(
  scan: Scan,
): AsyncGenerator<readonly [key: string, record: StandingRecord]> {
  const { database, prefix } = scan;
  const page = database.prepare(
    'SELECT key, value FROM standing WHERE key > ? AND key < ? ORDER BY key LIMIT ?',
  );
  const first = database.prepare('SELECT key FROM standing WHERE key = ?').get(prefix);
  if (first !== undefined) yield [prefix, scan.current(prefix)];
  let after = prefix;
  for (;;) {
    const batches = scan.batches();
    const rows = page.all(after, `${prefix}${BEHIND_ALL}`, STRIDE);
    for (const row of rows) {
      const key = row['key'] as string;
      const known = scan.inMemory(key);
      const isFresh = scan.batches() === batches;
      const onDisk = isFresh ? (row['value'] as Uint8Array) : undefined;
      yield [key, known === undefined ? (onDisk ?? scan.current(key)) : known.record];
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < STRIDE) return;
    after = last['key'] as string;
    await nextTurn();
  }
}
