/** Standing state in memory only: for tests, the demo and replay. */
import type { StandingRecord, StandingStore } from '../standing.ts';

/** Both calls that the mail path makes answer at once. */
export interface MemoryStanding extends StandingStore {
  read(keys: readonly string[]): readonly StandingRecord[];
  update<R>(keys: readonly string[], change: (records: StandingRecord[]) => R): R;
}

/** An empty store. A change that throws changes nothing. */
export function createMemoryStanding(): MemoryStanding {
  const records = new Map<string, Uint8Array>();
  return {
    read: (keys) => keys.map((key) => records.get(key)),
    update: (keys, change) => updateRecords(records, keys, change),
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

function updateRecords<R>(
  records: Map<string, Uint8Array>,
  keys: readonly string[],
  change: (records: StandingRecord[]) => R,
): R {
  const found = keys.map((key) => records.get(key));
  const before = found.map((record) => record?.slice());
  const changed = [...found];
  let result: R;
  try {
    result = change(changed);
  } catch (error) {
    found.forEach((record, i) => record?.set(before[i] ?? []));
    throw error;
  }
  // Bytes that come from elsewhere are copied: their owner may use them for the next record.
  const kept = changed.map((record, i) => (record === found[i] ? record : record?.slice()));
  keys.forEach((key, i) => {
    const record = kept[i];
    if (record === undefined) records.delete(key);
    else records.set(key, record);
  });
  return result;
}
