/** Figures by the hour: today, and what is usual at that hour. */
import { expect, test } from 'vitest';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { openTestDesk } from './helper.ts';

const HOUR_MS = 3_600_000;

test('an hour is held against the same hour of other days, once three are known', async () => {
  const records = await openSqliteRecords({ path: ':memory:' });
  const nowMs = Date.UTC(2026, 5, 10, 9, 30);
  const hour = Math.floor(nowMs / HOUR_MS);
  const past = [40, 50, 60, 70].map((value, index) => ({
    ...{ hour: hour - (index + 1) * 24, name: 'submissions', value },
  }));
  await records.figures.add(past.slice(0, 2));
  const opened = await openTestDesk({ records, now: () => nowMs });
  opened.desk.figures.count('submissions', 55);
  const last = async () => (await opened.desk.figures.day())['submissions']?.at(-1);
  expect(await last()).toEqual({ at: '2026-06-10T09:00:00.000Z', value: 55 });
  await records.figures.add(past.slice(2));
  expect(await last()).toMatchObject({ value: 55, usual: { low: 40, middle: 60, high: 70 } });
  // What is counted later is added.
  opened.desk.figures.count('submissions');
  expect(await last()).toMatchObject({ value: 56 });
  await opened.close();
});

test('the change of the hour is written under its own hour, and old hours are let go', async () => {
  const records = await openSqliteRecords({ path: ':memory:' });
  let nowMs = Date.UTC(2026, 5, 10, 9, 59);
  const hour = Math.floor(nowMs / HOUR_MS);
  await records.figures.add([{ hour: hour - 40 * 24, name: 'logins', value: 1 }]);
  const opened = await openTestDesk({ records, now: () => nowMs });
  opened.desk.figures.count('logins', 2);
  nowMs += 120_000;
  opened.desk.figures.count('logins', 3);
  await opened.desk.figures.day();
  const rows = await records.figures.since(0);
  expect(rows.map((row) => [row.hour - hour, row.value]).sort()).toEqual([
    [0, 2],
    [1, 3],
  ]);
  await opened.close();
});
