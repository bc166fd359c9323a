/** What the first page names: what waits longest, and how fast things go. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Changes } from '../../src/desk/changes.ts';
import { FEW_INCIDENTS, FirstLooks } from '../../src/desk/first-look.ts';
import { Health } from '../../src/desk/health.ts';
import type { IncidentClocks, Records } from '../../src/store/records/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { listen } from './helper.ts';

const START_MS = Date.UTC(2026, 5, 10, 9);
const idOf = (n: number): string => `i${String(n).padStart(6, '0')}`;

let stored: Records;
let nowMs: number;
let reads: { looks: number; clocks: number };
let clocks: IncidentClocks | undefined;
let changes: Changes;
let looks: FirstLooks;
let records: Records;

beforeEach(async () => {
  stored = await openSqliteRecords({ path: ':memory:' });
  [nowMs, clocks, reads] = [START_MS, undefined, { looks: 0, clocks: 0 }];
  changes = new Changes();
  records = changes.watch({
    ...stored,
    waiting: {
      look: (limit) => {
        reads.looks++;
        return stored.waiting.look(limit);
      },
    },
    incidents: {
      ...stored.incidents,
      clocks: (since) => {
        reads.clocks++;
        return clocks === undefined ? stored.incidents.clocks(since) : Promise.resolve(clocks);
      },
    },
  });
  const health = new Health(listen().telemetry);
  looks = new FirstLooks({ records, health, now: () => nowMs }, changes);
});

afterEach(() => stored.close());

const open = (n: number) =>
  records.incidents.open({
    draft: { id: idOf(n), cause: `c${n}`, practice: 'FBK-6', summary: `No. ${n}`, detail: '' },
    ...{ accounts: ['ann@example.org'], by: 'olga' },
    at: new Date(START_MS + n * 1000).toISOString(),
  });

const close = (n: number) =>
  records.incidents.close({
    ...{ id: idOf(n), by: 'olga', text: 'x', verdict: 'true' as const },
    at: new Date(nowMs).toISOString(),
  });

test('of more than the page shows, the oldest are named, not the newest', async () => {
  for (let n = 0; n < 300; n++) await open(n);
  const { oldest, open: counts } = await looks.look();
  expect(oldest.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, n) => idOf(n)));
  expect(counts).toEqual({ holds: 0, incidents: 300, cases: 0, lonelyLocks: 0 });
});

test('all who look at once are answered by one reading, and a change asks for a new one', async () => {
  await open(0);
  const all = await Promise.all(Array.from({ length: 50 }, () => looks.look()));
  expect(new Set(all).size).toBe(1);
  expect(reads).toEqual({ looks: 1, clocks: 1 });
  await close(0);
  const after = await looks.look();
  expect(after).toMatchObject({
    open: { incidents: 0 },
    oldest: [],
    clocks: { close: { count: 1 } },
  });
  expect(reads).toEqual({ looks: 2, clocks: 2 });
});

test('the days go on where nothing changes', async () => {
  await open(0);
  expect((await looks.look()).clocks.opened).toBe(1);
  nowMs += 40 * 86_400_000;
  expect((await looks.look()).clocks.opened).toBe(0);
});

test('clocks of thousands are not told anew at each change (FBK-6)', async () => {
  clocks = { ...(await stored.incidents.clocks('')), opened: FEW_INCIDENTS + 1 };
  for (let n = 0; n < 20; n++) {
    await open(n);
    expect((await looks.look()).open.incidents).toBe(n + 1);
  }
  expect(reads).toEqual({ looks: 20, clocks: 1 });
  nowMs += 11_000;
  await open(20);
  await looks.look();
  expect(reads.clocks).toBe(2);
});

test('what could not be read is read again', async () => {
  let isAway = true;
  const failing = {
    look: (limit: number) =>
      isAway ? Promise.reject(new Error('away')) : stored.waiting.look(limit),
  };
  const health = new Health(listen().telemetry);
  const parts = { records: { ...records, waiting: failing }, health, now: () => nowMs };
  const others = new FirstLooks(parts, changes);
  await expect(others.look()).rejects.toThrow('away');
  isAway = false;
  expect((await others.look()).oldest).toEqual([]);
});

test('clocks tell how many, the middle and the worst; what is open yet has no end (FBK-6)', async () => {
  const ways = [
    [60, 'true'],
    [600, 'true'],
    [60_000, 'false alarm'],
  ] as const;
  for (const [n, [seconds, verdict]] of ways.entries()) {
    await open(n);
    const at = new Date(START_MS + n * 1000 + seconds * 1000).toISOString();
    await records.incidents.close({ id: idOf(n), by: 'olga', text: 'x', verdict, at });
  }
  await open(3);
  expect((await looks.look()).clocks).toEqual({
    ...{ days: 30, opened: 4 },
    // Whoever opened it has acted.
    firstAction: { count: 4, median: 0, worst: 0 },
    close: { count: 3, median: 600, worst: 60_000 },
    verdicts: { true: 2, 'false alarm': 1, unclear: 0 },
  });
});

test('a clock that went back makes no time of less than nothing (FBK-6)', async () => {
  await open(9);
  await close(9);
  expect((await looks.look()).clocks.close).toEqual({ count: 1, median: 0, worst: 0 });
});
