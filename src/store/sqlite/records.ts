/**
 * The embedded engine of the records: one SQLite file in write-ahead mode, every commit on disk
 * before it is acknowledged (synchronous=FULL).
 */
import { DatabaseSync } from 'node:sqlite';
import { CamelCasePlugin, Kysely } from 'kysely';
import { PrimumError } from '../../errors.ts';
import type { Records } from '../records/contract.ts';
import { openRecords } from '../records/records.ts';
import type { RecordsTables } from '../records/tables.ts';
import { keepToOwner } from '../state-folder.ts';
import { NodeSqliteDialect } from './kysely-dialect.ts';
import { readAside } from './reading/read-aside.ts';
import { ReadingThread } from './reading/reading-thread.ts';

export interface SqliteRecordsOptions {
  /** A file path, or `:memory:` for records that end with the process (tests, demo). */
  readonly path: string;
  /** Reads of whoever looks go to a thread of their own, so that mail does not wait for them. */
  readonly reading?: {
    /** Told once where that cannot be; everything is read on this thread then. */
    readonly onHere: (why: string) => void;
    /** When that thread begins where nobody reads before; else at once. */
    readonly begins?: Promise<void>;
  };
}

/** @throws PrimumError STATE_UNUSABLE when the file cannot be used or is of a newer version. */
export async function openSqliteRecords(options: SqliteRecordsOptions): Promise<Records> {
  try {
    if (options.path !== ':memory:') keepToOwner(options.path);
    const { database, isShared } = openDatabase(options.path);
    const dialect = new NodeSqliteDialect(database);
    const db = new Kysely<RecordsTables>({ dialect, plugins: [new CamelCasePlugin()] });
    try {
      const records = await openRecords(db, 'sqlite');
      protectAudit(database);
      return withReading(records, options, isShared);
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof PrimumError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new PrimumError(
      'STATE_UNUSABLE',
      `The records ${options.path} cannot be opened: ${cause}. Check that the folder exists, is writable and has space.`,
      { cause: error },
    );
  }
}

function withReading(
  records: Records,
  { path, reading }: SqliteRecordsOptions,
  isShared: boolean,
): Records {
  if (reading === undefined) return records;
  if (path !== ':memory:' && isShared) {
    return readAside(records, new ReadingThread({ path, ...reading }));
  }
  reading.onHere(
    path === ':memory:'
      ? 'they are in memory'
      : 'their file could not be shared, as on a full disk',
  );
  return records;
}

function openDatabase(path: string): { database: DatabaseSync; isShared: boolean } {
  try {
    return { database: openShared(path, 'NORMAL'), isShared: true };
  } catch {
    // On a full disk there is no room for the index of the log that processes share; alone it is
    // kept in memory (https://www.sqlite.org/wal.html#noshm), and locks hold.
    return { database: openShared(path, 'EXCLUSIVE'), isShared: false };
  }
}

function openShared(path: string, locking: 'NORMAL' | 'EXCLUSIVE'): DatabaseSync {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  try {
    database.exec(`PRAGMA locking_mode = ${locking}`);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    // Another process may read, such as a backup; it holds locks for moments only.
    database.exec('PRAGMA busy_timeout = 2000');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The audit log is append-only in the database too, whoever holds the connection. */
function protectAudit(database: DatabaseSync): void {
  for (const change of ['update', 'delete']) {
    database.exec(
      `CREATE TRIGGER IF NOT EXISTS audit_no_${change} BEFORE ${change} ON audit ` +
        `BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END`,
    );
  }
}
