/** Standing state in memory only: for tests, the demo and replay. */
import { Undo } from '../standing-undo.ts';
import type { KeyList, StandingRecord, StandingStore } from '../standing.ts';

/** Both calls that the mail path makes answer at once. */
export interface MemoryStanding extends StandingStore {
  read(keys: readonly string[], first?: KeyList): readonly StandingRecord[];
  update<R>(keys: readonly string[], change: (records: StandingRecord[]) => R, first?: KeyList): R;
}

/** Where the record of a key is; lists of keys note it, so that it is looked up once. */
interface Place {
  record: Uint8Array;
  /** Deleted: the key, when it comes again, has another place. */
  isGone: boolean;
}

type Places = Map<string, Place>;

/** An empty store. A change that throws changes nothing. */
export function createMemoryStanding(): MemoryStanding {
  const places: Places = new Map();
  const undo = new Undo();
  return {
    read: (keys, first) => recordsOf(find(places, keys, first)),
    update: (keys, change, first) => {
      const found = find(places, keys, first);
      const records = recordsOf(found);
      undo.keep(records);
      let result;
      try {
        result = change(records);
      } catch (error) {
        undo.restore();
        throw error;
      }
      const listed = first?.keys.length ?? 0;
      for (let i = 0; i < found.length; i += 1) {
        const record = records[i];
        if (record === found[i]?.record) continue;
        const key = i < listed ? first?.keys[i] : keys[i - listed];
        put(places, { key: key ?? '', place: found[i] }, record);
      }
      return result;
    },
    scan: async function* (prefix) {
      for (const [key, { record }] of places) {
        if (key.startsWith(prefix)) yield await Promise.resolve([key, record.slice()] as const);
      }
    },
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => {
      let bytes = 0;
      for (const { record } of places.values()) bytes += record.length;
      return { records: places.size, bytes, dirty: 0 };
    },
  };
}

/** Those of `first` first. */
function find(
  places: Places,
  keys: readonly string[],
  first: KeyList | undefined,
): (Place | undefined)[] {
  const found: (Place | undefined)[] = [];
  if (first !== undefined) findListed(places, first, found);
  for (const key of keys) found.push(places.get(key));
  return found;
}

function findListed(places: Places, list: KeyList, into: (Place | undefined)[]): void {
  if (list.noter !== places) {
    list.noter = places;
    list.notes = [];
  }
  const notes = list.notes as (Place | undefined)[];
  for (let i = 0; i < list.keys.length; i += 1) {
    let place = notes[i];
    if (place === undefined || place.isGone) {
      notes[i] = place = places.get(list.keys[i] as string);
    }
    into.push(place);
  }
}

function recordsOf(places: readonly (Place | undefined)[]): StandingRecord[] {
  const records: StandingRecord[] = [];
  for (const place of places) records.push(place?.record);
  return records;
}

function put(
  places: Places,
  { key, place }: { readonly key: string; readonly place: Place | undefined },
  record: StandingRecord,
): void {
  if (record === undefined) {
    if (place !== undefined) place.isGone = true;
    places.delete(key);
    return;
  }
  // Bytes that come from elsewhere are copied: their owner may use them for the next record.
  if (place !== undefined && !place.isGone) place.record = record.slice();
  else places.set(key, { record: record.slice(), isGone: false });
}
