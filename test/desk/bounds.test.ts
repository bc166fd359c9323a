/** Bounds over all that the desk keeps, and a database that somebody else holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { ANN, AT, openTestDesk } from './helper.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-bounds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('files of all incidents together have a bound, whichever incident they are of', async () => {
  const records = await openSqliteRecords({ path: ':memory:' });
  const { desk, close } = await openTestDesk({ records });
  const open = async (): Promise<string> =>
    (await desk.incidents.open({ accounts: [ANN], summary: 's', by: 'olga' })).id;
  const add = (incident: string, n: number, sizeBytes: number) =>
    records.attachments.add({
      row: { id: `f${n}`, incident, name: 'f', sizeBytes, sha256: '', at: AT, by: 'olga' },
      content: Buffer.alloc(sizeBytes),
      entry: { at: AT, by: 'olga', text: 'Attached.' },
      audit: () => ({ at: AT, by: 'olga', action: 'incident.attach', subject: ANN, why: '' }),
      maxOfIncident: 20,
      maxBytesOfAll: 1_000,
    });
  const [first, second] = [await open(), await open()];
  expect(await add(first, 1, 600)).toBe('added');
  expect(await add(second, 2, 401)).toBe('full');
  expect(await add(second, 3, 400)).toBe('added');
  expect(await add(first, 4, 1)).toBe('full');
  expect((await records.attachments.list(first)).map(({ id }) => id)).toEqual(['f1']);
  await close();
});

test('while another process holds the database a lock is in force, and durable once it is free', async () => {
  const path = join(folder, 'records.sqlite');
  const { desk, close } = await openTestDesk({ path });
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const locking = desk.locks.lock({ account: ANN, by: 'eve', why: 'x', unlockOn: 'person' });
  expect(desk.locks.find(ANN)).toBeDefined();
  other.exec('ROLLBACK');
  other.close();
  await locking;
  await close();
  const again = await openTestDesk({ path });
  expect(again.desk.locks.find(ANN)).toMatchObject({ by: 'eve' });
  await again.close();
});
