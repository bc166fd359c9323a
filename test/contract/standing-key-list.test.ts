/** Keys that are asked for together: what an engine notes of them must not outlive what it notes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMemoryStanding } from '../../src/store/memory/standing.ts';
import { openSqliteStanding } from '../../src/store/sqlite/standing.ts';
import { KeyList, type StandingRecord, type StandingStore } from '../../src/store/standing.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function put(store: StandingStore, key: string, record: StandingRecord): Promise<void> {
  await store.update([key], (records) => (records[0] = record));
  await store.flush();
}

async function read(store: StandingStore, keys: readonly string[], list: KeyList) {
  const records = await store.read(keys, list);
  return records.map((record) => record && [...record]);
}

const engines: readonly [string, (path: string) => StandingStore][] = [
  ['memory', createMemoryStanding],
  ['sqlite', (path) => openSqliteStanding({ path })],
  ['sqlite with room for two', (path) => openSqliteStanding({ path, cacheRecords: 2, flushMs: 1 })],
];

it.each(engines)('records of a list come first and are those of now: %s', async (_name, open) => {
  const folder = mkdtempSync(join(tmpdir(), 'primum-key-list-'));
  const store = open(join(folder, 'one.db'));
  const other = open(join(folder, 'other.db'));
  const list = new KeyList(['a', 'b']);
  try {
    await put(store, 'a', bytes(1));
    await put(store, 'c', bytes(3));
    expect(await read(store, ['c'], list)).toEqual([[1], undefined, [3]]);
    const change = (records: StandingRecord[]): void => {
      records[1] = bytes(2);
      records[2]![0] = 4;
    };
    await store.update(['c'], change, list);
    expect(await read(store, ['c'], list)).toEqual([[1], [2], [4]]);
    // Where there is room for two, these push the others out.
    for (const key of ['d', 'e', 'f', 'g']) await put(store, key, bytes(0));
    await put(store, 'a', bytes(9));
    await put(store, 'b', undefined);
    expect(await read(store, ['c'], list)).toEqual([[9], undefined, [4]]);
    await put(store, 'b', bytes(8));
    expect(await read(store, ['c'], list)).toEqual([[9], [8], [4]]);
    await store.update([], (records) => (records[1] = undefined), list);
    expect(await read(store, ['b'], list)).toEqual([[9], undefined, undefined]);
    // The same list asked of another store has that one's records.
    expect(await read(other, [], list)).toEqual([undefined, undefined]);
    expect(await read(store, [], list)).toEqual([[9], undefined]);
  } finally {
    await store.close();
    await other.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
