/** Standing state in memory only: for tests, the demo and replay. */
import { Undo } from '../standing-undo.ts';
import type { KeyList, StandingRecord, StandingStore } from '../standing.ts';

/** Both calls that the mail path makes answer at once. */
export interface MemoryStanding extends StandingStore {
  read(keys: readonly string[], first?: KeyList): readonly StandingRecord[];
  update<R>(keys: readonly string[], change: (records: StandingRecord[]) => R, first?: KeyList): R;
}

/** An empty store. A change that throws changes nothing. */
export function createMemoryStanding(): MemoryStanding {
  const records = new Map<string, Uint8Array>();
  const kept = { records, undo: new Undo() };
  return {
    read: (keys, first) => find(records, joined(keys, first)),
    update: (keys, change, first) => updateRecords(kept, joined(keys, first), change),
    scan: async function* (prefix) {
      for (const [key, record] of records) {
        if (key.startsWith(prefix)) yield await Promise.resolve([key, record.slice()] as const);
      }
    },
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => {
      let bytes = 0;
      for (const record of records.values()) bytes += record.length;
      return { records: records.size, bytes, dirty: 0 };
    },
  };
}

function joined(keys: readonly string[], first: KeyList | undefined): readonly string[] {
  return first === undefined ? keys : first.keys.concat(keys);
}

interface Kept {
  readonly records: Map<string, Uint8Array>;
  readonly undo: Undo;
}

function find(records: Kept['records'], keys: readonly string[]): StandingRecord[] {
  const found: StandingRecord[] = [];
  for (const key of keys) found.push(records.get(key));
  return found;
}

function updateRecords<R>(
  { records, undo }: Kept,
  keys: readonly string[],
  change: (records: StandingRecord[]) => R,
): R {
  const found = find(records, keys);
  const changed = found.slice();
  undo.keep(found);
  let result: R;
  try {
    result = change(changed);
  } catch (error) {
    undo.restore();
    throw error;
  }
  for (let i = 0; i < keys.length; i += 1) {
    const record = changed[i];
    if (record === found[i]) continue;
    const key = keys[i] ?? '';
    // Bytes that come from elsewhere are copied: their owner may use them for the next record.
    if (record === undefined) records.delete(key);
    else records.set(key, record.slice());
  }
  return result;
}
