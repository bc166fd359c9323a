/** Figures by the hour: today, and what is usual at that hour. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Figures } from '../../src/desk/figures.ts';
import { Health } from '../../src/desk/health.ts';
import type { Records } from '../../src/store/records/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { listen } from './helper.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 5, 10, 9, 30);
const HOUR = Math.floor(START_MS / HOUR_MS);

let records: Records;
let nowMs: number;
let open: Figures[];

beforeEach(async () => {
  records = await openSqliteRecords({ path: ':memory:' });
  [nowMs, open] = [START_MS, []];
});

afterEach(async () => {
  for (const figures of open) await figures.stop();
  await records.close();
});

function openFigures(over: Partial<Records['figures']> = {}): Figures {
  const figures = new Figures({
    records: { figures: { ...records.figures, ...over } },
    health: new Health(listen().telemetry),
    now: () => nowMs,
  });
  open.push(figures);
  return figures;
}

const write = (days: readonly (readonly [number, number])[]): Promise<void> =>
  records.figures.write({
    counts: days.map(([day, value]) => ({ hour: HOUR - day * 24, name: 'submissions', value })),
    ...{ levels: [], oldest: 0 },
  });

const last = async (figures: Figures, name = 'submissions') => (await figures.day())[name]?.at(-1);

test('an hour is held against the same hour of other days, once three are known', async () => {
  await write([
    [1, 40],
    [2, 50],
  ]);
  const young = openFigures();
  young.count('submissions', 55);
  expect(await last(young)).toEqual({ at: '2026-06-10T09:00:00.000Z', value: 55 });
  await young.stop();
  await write([
    [3, 60],
    [4, 70],
  ]);
  const figures = openFigures();
  const usual = { low: 40, middle: 60, high: 70 };
  expect(await last(figures)).toMatchObject({ value: 55, usual });
  // What is counted later is added, and what is usual goes on with the hour.
  figures.count('submissions');
  expect(await last(figures)).toMatchObject({ value: 56, usual });
  nowMs += 24 * HOUR_MS;
  expect(await last(figures)).toMatchObject({
    ...{ at: '2026-06-11T09:00:00.000Z', value: 0 },
    usual: { low: 40, middle: 56, high: 70 },
  });
});

test('an hour stands under its own name on record, and old hours are let go', async () => {
  await write([[40, 1]]);
  const figures = openFigures();
  figures.count('logins', 2);
  nowMs += HOUR_MS;
  figures.count('logins', 3);
  await figures.flush();
  const rows = await records.figures.since(0);
  expect(rows.map((row) => [row.hour - HOUR, row.value]).sort()).toEqual([
    [0, 2],
    [1, 3],
  ]);
});

test('what is on record is read once, however many look', async () => {
  let reads = 0;
  const figures = openFigures({
    since: (hour) => {
      reads++;
      return records.figures.since(hour);
    },
  });
  for (let look = 0; look < 5; look++) {
    figures.count('logins');
    expect(await last(figures, 'logins')).toMatchObject({ value: look + 1 });
    await figures.flush();
    expect(await last(figures, 'logins')).toMatchObject({ value: look + 1 });
  }
  expect(reads).toBe(1);
});

test('what could not be written is counted once it can be', async () => {
  let isFull = true;
  const figures = openFigures({
    write: (more) =>
      isFull ? Promise.reject(new Error('disk full')) : records.figures.write(more),
  });
  figures.count('logins', 2);
  await expect(figures.flush()).rejects.toThrow('disk full');
  figures.count('logins', 3);
  expect(await last(figures, 'logins')).toMatchObject({ value: 5 });
  isFull = false;
  await figures.flush();
  expect((await records.figures.since(0)).map(({ value }) => value)).toEqual([5]);
});

test('who looks sees what waits now, before the minute in which it is written', async () => {
  const figures = openFigures();
  let reads = 0;
  figures.level('queue', () => Promise.resolve(++reads));
  expect(await last(figures, 'queue')).toMatchObject({ value: 1 });
  // The next who look at once ask nobody again.
  expect(await last(figures, 'queue')).toMatchObject({ value: 1 });
  expect(reads).toBe(1);
});

test('of a level the most of the hour is kept, also over a restart, and an unknown one is no zero', async () => {
  let [depth, unknown] = [120, undefined as number | undefined];
  const watch = (figures: Figures): Figures => {
    figures.level('queue', () => Promise.resolve(depth));
    figures.level('listings', () => Promise.resolve(unknown));
    return figures;
  };
  const first = watch(openFigures());
  await first.readLevels();
  depth = 30;
  await first.readLevels();
  expect(await last(first, 'queue')).toMatchObject({ value: 120 });
  await first.stop();
  const second = watch(openFigures());
  await second.readLevels();
  await second.flush();
  expect(await last(second, 'queue')).toMatchObject({ value: 120 });
  expect(Object.keys(await second.day())).toEqual(['queue']);
  unknown = 0;
  nowMs += HOUR_MS;
  await second.readLevels();
  expect(await last(second, 'queue')).toMatchObject({ value: 30 });
  expect(await last(second, 'listings')).toMatchObject({ value: 0 });
});
