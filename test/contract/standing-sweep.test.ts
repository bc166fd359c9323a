/** Standing records that nobody changed for long leave the disk (docs/decisions/0004-standing-state.md). */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { AccountRecord } from '../../src/core/profile/account-record.ts';
import { OWN_DAYS, STRANGER_DAYS } from '../../src/core/profile/keeping.ts';
import { openStandingDatabase, today } from '../../src/store/sqlite/standing-database.ts';
import { SWEEP_ROWS } from '../../src/store/sqlite/standing-sweep.ts';
import { openSqliteStanding, type SqliteStanding } from '../../src/store/sqlite/standing.ts';

let folder: string;
let path: string;
let opened: SqliteStanding | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-sweep-'));
  path = join(folder, 'standing.db');
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const record = (use: 'login' | 'failure'): Uint8Array => {
  const account = new AccountRecord(undefined);
  account.touch({ words: [0, 0, 0xffff, 1], place: 7, country: 0 }, Date.now(), use);
  return account.toBytes();
};

/** Puts records into the file as if they had been changed so many days ago. */
function putOld(rows: readonly (readonly [key: string, days: number, value?: Uint8Array])[]): void {
  const database = openStandingDatabase(path);
  const put = database.prepare('INSERT INTO standing (key, touched, value) VALUES (?, ?, ?)');
  database.exec('BEGIN');
  for (const [key, days, value] of rows) put.run(key, today() - days, value ?? new Uint8Array(200));
  database.exec('COMMIT');
  database.close();
}

function keysOnDisk(): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const keys = database.prepare('SELECT key FROM standing ORDER BY key').all();
  database.close();
  return keys.map((row) => String(row['key']));
}

function open(): SqliteStanding {
  return (opened = openSqliteStanding({ path, sweepAfterMs: 0, sweepStepMs: 1, flushMs: 50 }));
}

describe('the sweep of standing state', () => {
  it('drops what strangers left after a month and what accounts left after a year', async () => {
    putOld([
      ['a:guessed-at@example.org', STRANGER_DAYS + 1, record('failure')],
      ['a:invented-lately@example.org', STRANGER_DAYS, record('failure')],
      ['a:on-holiday@example.org', STRANGER_DAYS + 1, record('login')],
      ['a:left-long-ago@example.org', OWN_DAYS + 1, record('login')],
      ['c:account:left-long-ago@example.org', OWN_DAYS + 1],
      ['c:address:0badcafe', STRANGER_DAYS + 1],
      ['f:address:0badcafe', STRANGER_DAYS + 1],
      ['x:12', 10 * OWN_DAYS],
      ['of a kind to come', 10 * OWN_DAYS],
    ]);
    const store = open();
    await eventually(() =>
      expect(keysOnDisk()).toEqual([
        'a:invented-lately@example.org',
        'a:on-holiday@example.org',
        'of a kind to come',
        'x:12',
      ]),
    );
    expect(store.read(['a:guessed-at@example.org', 'f:address:0badcafe'])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('keeps a record that was changed in memory meanwhile', async () => {
    putOld([
      ['f:address:back', 100],
      ['f:address:gone', 100],
    ]);
    const store = open();
    store.update(['f:address:back'], ([known]) => known?.fill(9));
    await eventually(() => expect(keysOnDisk()).toEqual(['f:address:back']));
    await store.flush();
    expect(store.read(['f:address:back'])[0]?.[0]).toBe(9);
    expect(keysOnDisk()).toEqual(['f:address:back']);
  });

  it('drops a record from memory too, so that it is not there until the next start only', async () => {
    putOld([['f:address:gone', 100]]);
    const store = open();
    expect(store.read(['f:address:gone'])[0]).toBeDefined();
    await eventually(() => expect(keysOnDisk()).toEqual([]));
    expect(store.read(['f:address:gone'])[0]).toBeUndefined();
  });

  it('goes on until the end of a large file and gives its space back', async () => {
    const many = Array.from(
      { length: 20 * SWEEP_ROWS },
      (_, i) => [`f:address:${i}`, 100] as const,
    );
    putOld([...many, ['f:address:fresh', 0]]);
    const before = statSync(path).size;
    open();
    await eventually(() => expect(keysOnDisk()).toEqual(['f:address:fresh']));
    await opened?.close();
    opened = undefined;
    // What the last step freed goes with the next walk.
    open();
    await eventually(() => {
      const log = openStandingDatabase(path);
      log.exec('PRAGMA wal_checkpoint(PASSIVE)');
      log.close();
      expect(statSync(path).size).toBeLessThan(before / 4);
    });
  });

  it('takes a file of the first form over, its records as if changed today', async () => {
    const old = new DatabaseSync(path);
    old.exec('CREATE TABLE standing (key TEXT PRIMARY KEY, value BLOB NOT NULL)');
    old.exec("INSERT INTO standing VALUES ('f:address:known', x'0102'); PRAGMA user_version = 1");
    old.close();
    const store = open();
    expect(store.read(['f:address:known'])).toEqual([Uint8Array.from([1, 2])]);
    store.update(['f:address:new'], (records) => (records[0] = Uint8Array.of(3)));
    await store.close();
    opened = undefined;
    const database = new DatabaseSync(path);
    const rows = database.prepare('SELECT key, touched FROM standing ORDER BY key').all();
    database.close();
    expect(rows).toEqual([
      { key: 'f:address:known', touched: today() },
      { key: 'f:address:new', touched: today() },
    ]);
  });
});
