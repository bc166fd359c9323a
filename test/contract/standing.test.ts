/** One contract for every engine of standing state, then what only the one on disk promises. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import { createMemoryStanding } from '../../src/store/memory/standing.ts';
import { openStandingDatabase } from '../../src/store/sqlite/standing-database.ts';
import { openSqliteStanding } from '../../src/store/sqlite/standing.ts';
import type { SqliteStanding } from '../../src/store/sqlite/standing.ts';
import { MAX_RECORD_BYTES } from '../../src/store/sqlite/standing-slabs.ts';
import { KeyList, type StandingRecord, type StandingStore } from '../../src/store/standing.ts';
import { KILL_ROUNDS, KILL_TEST_MS, runUntilKilled } from './killed-child.ts';
import { canMount, mountSmallDisk } from './small-disk.ts';

let folder: string;
let path: string;
const opened: StandingStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-standing-'));
  path = join(folder, 'standing.db');
});

afterEach(async () => {
  // A store that a test closed itself refuses; that is all right here.
  for (const store of opened.splice(0)) await store.close().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

function openOnDisk(
  options: Partial<Parameters<typeof openSqliteStanding>[0]> = {},
): SqliteStanding {
  const store = openSqliteStanding({ path, ...options });
  opened.push(store);
  return store;
}

const engines = [
  { name: 'memory', open: (): StandingStore => createMemoryStanding() },
  { name: 'sqlite', open: (): StandingStore => openOnDisk() },
  {
    name: 'sqlite with room for two records',
    open: (): StandingStore => openOnDisk({ cacheRecords: 2, flushMs: 1 }),
  },
];

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function put(store: StandingStore, key: string, record: StandingRecord): Promise<void> {
  await store.update([key], (records) => (records[0] = record));
}

async function get(store: StandingStore, key: string): Promise<number[] | undefined> {
  const [record] = await store.read([key]);
  return record && [...record];
}

async function scanKeys(store: StandingStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of store.scan(prefix)) keys.push(key);
  return keys.sort();
}

describe.each(engines)('standing state in $name', ({ open }) => {
  it('knows nothing of a new key', async () => {
    const store = open();
    expect(await store.read(['a', 'b'])).toEqual([undefined, undefined]);
    const seen = await store.update(['a'], (records) => records[0]);
    expect(seen).toBeUndefined();
    expect(store.stats().records).toBe(0);
  });

  it('gives back what a change left, in place or replaced, and the change’s answer', async () => {
    const store = open();
    await put(store, 'a', bytes(1, 2));
    const answer = await store.update(['a', 'b'], (records) => {
      records[0]![1] = 9;
      records[1] = bytes(7);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await get(store, 'a')).toEqual([1, 9]);
    expect(await get(store, 'b')).toEqual([7]);
  });

  it('keeps its own copy of bytes that a change brought', async () => {
    const store = open();
    const mine = bytes(1);
    await put(store, 'a', mine);
    mine[0] = 2;
    expect(await get(store, 'a')).toEqual([1]);
  });

  it('can exchange two records', async () => {
    const store = open();
    await put(store, 'a', bytes(1));
    await put(store, 'b', bytes(2));
    await store.update(['a', 'b'], (records) => records.reverse());
    expect([await get(store, 'a'), await get(store, 'b')]).toEqual([[2], [1]]);
  });

  it('lets a record grow, shrink and be empty', async () => {
    const store = open();
    for (const length of [10, 5_000, 0, 64, 65, 300_000, 1]) {
      await put(store, 'a', new Uint8Array(length).fill(length & 255));
      await store.flush();
      expect(await get(store, 'a')).toEqual(new Array(length).fill(length & 255));
    }
  });

  it('deletes', async () => {
    const store = open();
    await put(store, 'a', bytes(1));
    await store.flush();
    await put(store, 'a', undefined);
    expect(await get(store, 'a')).toBeUndefined();
    await store.flush();
    expect(await get(store, 'a')).toBeUndefined();
    expect(await scanKeys(store, '')).toEqual([]);
  });

  it('changes nothing when a change fails half-way', async () => {
    const store = open();
    await put(store, 'a', bytes(1, 2, 3));
    const fail = async (): Promise<unknown> =>
      store.update(['a', 'b'], (records) => {
        records[0]!.fill(9);
        records[1] = bytes(1);
        throw new Error('a bug in a change');
      });
    await expect(fail()).rejects.toThrow('a bug');
    expect(await get(store, 'a')).toEqual([1, 2, 3]);
    expect(await get(store, 'b')).toBeUndefined();
  });

  it('scans by prefix, on disk or in memory, each key once, as copies', async () => {
    const store = open();
    for (let i = 0; i < 30; i += 1) await put(store, `p:${i}`, bytes(i));
    await store.flush();
    for (let i = 20; i < 40; i += 1) await put(store, `p:${i}`, bytes(i));
    await put(store, 'p:0', undefined);
    await put(store, 'p', bytes(1));
    await put(store, 'q:1', bytes(1));
    const expected = Array.from({ length: 39 }, (_, i) => `p:${i + 1}`).sort();
    expect(await scanKeys(store, 'p:')).toEqual(expected);
    expect(await scanKeys(store, 'q')).toEqual(['q:1']);
    for await (const [, record] of store.scan('q')) record.fill(9);
    expect(await get(store, 'q:1')).toEqual([1]);
  });

  it('takes keys of any characters', async () => {
    const store = open();
    const keys = ['', 'ä@bücher.example', '\u{1F600}', 'a\u0000b', "'; DROP TABLE standing; --"];
    for (const [i, key] of keys.entries()) await put(store, key, bytes(i));
    await store.flush();
    for (const [i, key] of keys.entries()) expect(await get(store, key)).toEqual([i]);
  });
});

describe('standing state on disk', () => {
  it('has the same bytes after flush and reopening', async () => {
    const store = openOnDisk({ flushMs: 3_600_000 });
    for (let i = 0; i < 2_000; i += 1) await put(store, `k${i}`, new Uint8Array(i).fill(i));
    await store.flush();
    expect(store.stats().dirty).toBe(0);
    await store.close();
    const again = openOnDisk();
    for (let i = 0; i < 2_000; i += 1) {
      expect(again.read([`k${i}`])[0]).toEqual(new Uint8Array(i).fill(i));
    }
  });

  it('writes by itself, soon', async () => {
    const store = openOnDisk({ flushMs: 10 });
    await put(store, 'a', bytes(1));
    await eventually(() => expect(store.stats().dirty).toBe(0));
    expect(await get(openOnDisk(), 'a')).toEqual([1]);
  });

  it('writes the state of one moment although it packs it bit by bit', async () => {
    const store = openOnDisk({ flushMs: 3_600_000 });
    const keys = Array.from({ length: 3_000 }, (_, i) => `k${i}`);
    const setAll = (value: number): void =>
      store.update(keys, (records) => {
        for (let i = 0; i < records.length; i += 1) records[i] = new Uint8Array(2_000).fill(value);
      });
    setAll(1);
    await store.flush();
    store.update(keys, (records) => records.forEach((record) => record?.fill(2)));
    const flushed = store.flush();
    await pause(0);
    // The first part is packed, the last is not.
    store.update(keys, (records) => records.forEach((record) => record?.fill(3)));
    await flushed;
    const values = new Set(
      openOnDisk()
        .read(keys)
        .map((record) => record?.[0]),
    );
    expect([...values]).toEqual([2]);
    expect(store.read(keys).every((record) => record?.[0] === 3)).toBe(true);
  });

  it('stays within its bounds and loses nothing by that', async () => {
    const store = openOnDisk({ cacheBytes: 1_000_000, flushMs: 1 });
    for (let i = 0; i < 5_000; i += 1) {
      await put(store, `k${i}`, new Uint8Array(2_000).fill(i));
      if (i % 100 === 0) await store.flush();
    }
    await store.flush();
    store.read(['k1']);
    expect(store.stats().bytes).toBeLessThanOrEqual(1_000_000);
    for (let i = 0; i < 5_000; i += 1) expect(store.read([`k${i}`])[0]?.[7]).toBe(i & 255);
  });

  it('refuses a record over the bound and leaves all as it was', async () => {
    const store = openOnDisk();
    await put(store, 'a', bytes(1));
    const tooLarge = new Uint8Array(MAX_RECORD_BYTES + 1);
    expect(() => store.update(['a', 'b'], (r) => r.splice(0, 2, bytes(2), tooLarge))).toThrow(
      'over 1048576',
    );
    expect(await get(store, 'a')).toEqual([1]);
    await put(store, 'b', tooLarge.subarray(1));
    expect(store.read(['b'])[0]).toHaveLength(MAX_RECORD_BYTES);
  });

  it('says in words when the file is not usable', () => {
    path = join(folder, 'missing', 'standing.db');
    expect(() => openOnDisk()).toThrow(expect.objectContaining({ code: 'STATE_UNUSABLE' }));
  });

  it('agrees with a plain map whatever is done, with memory for eight records', async () => {
    const key = fc.integer({ min: 0, max: 30 }).map((n) => `key${n}`);
    const value = fc.option(fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.nat(255)), {
      nil: undefined,
    });
    const step = fc.oneof(
      { weight: 30, arbitrary: fc.record({ do: fc.constant('set'), key, other: key, value }) },
      { weight: 15, arbitrary: fc.record({ do: fc.constant('alter'), key, other: key, value }) },
      { weight: 8, arbitrary: fc.record({ do: fc.constant('wait'), key, other: key, value }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen'), key, other: key, value }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        path = join(mkdtempSync(join(folder, 'model-')), 'standing.db');
        const options = { cacheRecords: 8, flushMs: 1 };
        let store = openOnDisk(options);
        const model = new Map<string, number[]>();
        const lists = new Map<string, KeyList>();
        const listOf = (name: string): KeyList => {
          const list = lists.get(name) ?? new KeyList([name]);
          lists.set(name, list);
          return list;
        };
        for (const { do: what, key: first, other, value: given } of steps) {
          if (what === 'set') {
            const record = given && new Uint8Array(given[0]).fill(given[1]);
            store.update([other, first], (records) => (records[1] = record));
            if (record === undefined) model.delete(first);
            else model.set(first, [...record]);
          } else if (what === 'alter') {
            store.update([], ([record]) => record?.fill(1, 0, 9), listOf(first));
            model.get(first)?.fill(1, 0, 9);
          } else if (what === 'wait') {
            await pause(2);
          } else {
            await store.close();
            store = openOnDisk(options);
          }
          expect(await get(store, other)).toEqual(model.get(other));
        }
        expect(await scanKeys(store, 'key')).toEqual([...model.keys()].sort());
        for (const [name, record] of model) expect(await get(store, name)).toEqual(record);
        await store.close();
      }),
      { numRuns: 12 },
    );
  });
});

describe('standing state when things go wrong', () => {
  it(
    'is at most a second old and of one moment after kill -9',
    { timeout: KILL_TEST_MS },
    async () => {
      for (let round = 0; round < KILL_ROUNDS; round += 1) {
        path = join(mkdtempSync(join(folder, 'round-')), 'standing.db');
        const said = (await runUntilKilled('./standing-child.ts', [path])).map(Number);
        const store = openOnDisk();
        const pairs = Array.from({ length: 500 }, (_, i) => i);
        const left = store.read(pairs.map((i) => `left:${i}`)).map(numbers);
        const right = store.read(pairs.map((i) => `right:${i}`)).map(numbers);
        expect(left).toEqual(right);
        const [stamp = said[0]!, count = 0] = numbers(store.read(['stamp'])[0]);
        expect(Math.max(0, ...left.map((pair) => pair[1] ?? 0))).toBe(count);
        // Milliseconds that the program had: a busy machine gives it less than the clock says.
        expect(said.at(-1)! - stamp).toBeLessThanOrEqual(1_000);
        await store.close();
      }
    },
  );

  it.skipIf(!canMount())(
    'stays in memory on a full disk, says so once, and recovers by itself',
    async () => {
      const disk = mountSmallDisk(2)!;
      try {
        path = join(disk.path, 'standing.db');
        const onError = vi.fn();
        const onRecovered = vi.fn();
        const store = openOnDisk({ flushMs: 5, onError, onRecovered });
        const keys = Array.from({ length: 3_000 }, (_, i) => `k${i}`);
        store.update(keys, (records) => {
          for (let i = 0; i < keys.length; i += 1) records[i] = new Uint8Array(2_000).fill(i);
        });
        await eventually(() => expect(onError).toHaveBeenCalled());
        await expect(store.flush()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
        expect(store.read(keys).every((record, i) => record?.[0] === (i & 255))).toBe(true);
        expect(onError).toHaveBeenCalledTimes(1);
        disk.resize(64);
        await eventually(() => expect(onRecovered).toHaveBeenCalledTimes(1));
        await store.close();
        const again = openOnDisk();
        expect(again.read(keys).every((record, i) => record?.[0] === (i & 255))).toBe(true);
        await again.close();
        expect(statSync(path).size).toBeGreaterThan(3_000 * 2_000);
      } finally {
        for (const store of opened.splice(0)) await store.close().catch(() => undefined);
        disk.remove();
      }
    },
  );

  it('sets a damaged file aside and begins a new one, and says where the old one is', async () => {
    writeFileSync(path, 'no database at all, whatever its name says. '.repeat(100));
    let setAside = '';
    const store = openOnDisk({ onDamaged: (at) => (setAside = at) });
    await put(store, 'a', bytes(1));
    expect(await get(store, 'a')).toEqual([1]);
    expect(setAside).toMatch(/standing\.db\.damaged-\d+$/);
    expect(statSync(setAside).size).toBeGreaterThan(1000);
  });

  it('gives up what was used least when memory is full and the disk away, and says so', async () => {
    const onError = vi.fn();
    const onRecovered = vi.fn();
    const store = openOnDisk({ cacheRecords: 1_000, flushMs: 5, onError, onRecovered });
    await store.flush();
    const other = openStandingDatabase(path);
    const refuse = "BEFORE INSERT ON standing BEGIN SELECT RAISE(ABORT, 'away'); END";
    other.exec(`CREATE TRIGGER away ${refuse}`);
    await put(store, 'first', bytes(1));
    await eventually(() => expect(onError).toHaveBeenCalledTimes(1));
    for (let i = 0; i < 10_000; i += 1) {
      store.update([`k${i}`], (records) => (records[0] = bytes(i)));
    }
    expect(store.stats().records).toBeLessThanOrEqual(1_125);
    expect(await get(store, 'k9999')).toEqual([9_999 & 255]);
    await eventually(() => expect(onError).toHaveBeenCalledTimes(2));
    expect(String(onError.mock.lastCall?.[0])).toMatch(/used least is given up/);
    other.exec('DROP TRIGGER away');
    other.close();
    await eventually(() => expect(onRecovered).toHaveBeenCalledTimes(1));
    await store.flush();
    expect(await get(openOnDisk(), 'k9999')).toEqual([9_999 & 255]);
  });
});

function numbers(record: StandingRecord): number[] {
  return record ? [...new Float64Array(Uint8Array.from(record).buffer)].slice(0, 2) : [];
}
