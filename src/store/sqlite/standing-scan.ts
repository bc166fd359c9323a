/**
 * Every record with a prefix: those not on disk yet first, then those on disk, in order of their keys.
 * A pass over all of memory would cost a second with a million accounts, for one of them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { StandingRecord } from '../standing.ts';

/** Keys looked at before other work gets its turn. */
const STRIDE = 1_000;

export interface Scan {
  /** Keys of which the disk does not know the newest. */
  readonly unsaved: () => readonly string[];
  readonly database: DatabaseSync;
  readonly prefix: string;
  /** The record as it is now, wherever it is. */
  readonly current: (key: string) => StandingRecord;
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
  for await (const key of keysOnDisk(scan)) {
    if (seen.has(key)) continue;
    const record = scan.current(key);
    if (record !== undefined) yield [key, Uint8Array.from(record)];
  }
}

async function* keysOnDisk({ database, prefix }: Scan): AsyncGenerator<string> {
  const page = database.prepare('SELECT key FROM standing WHERE key > ? ORDER BY key LIMIT ?');
  const first = database.prepare('SELECT key FROM standing WHERE key = ?').get(prefix);
  if (first !== undefined) yield prefix;
  let after = prefix;
  for (;;) {
    const keys = page.all(after, STRIDE).map((row) => row['key'] as string);
    for (const key of keys) {
      if (!key.startsWith(prefix)) return;
      yield key;
    }
    const last = keys.at(-1);
    if (last === undefined) return;
    after = last;
    await nextTurn();
  }
}
