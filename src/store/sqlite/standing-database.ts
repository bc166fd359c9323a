/** The file of standing state: one table, opened by the reader and by the writing thread. */
import { DatabaseSync } from 'node:sqlite';
import { PrimumError } from '../../errors.ts';

const SCHEMA_VERSION = 1;

/** Pages of 4 KiB in the write-ahead log before it is moved into the file: 64 MiB. */
const CHECKPOINT_PAGES = 16_384;

/** SQLite's own page cache, once in each thread. */
const PAGE_CACHE_KIB = 32_768;

/** How long to wait for a lock. Only recovery after a crash ever holds one that long. */
const BUSY_MS = 5_000;

/** Opens the file, making it where it is missing. @throws PrimumError STATE_UNUSABLE. */
export function openStandingDatabase(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_MS });
    // NORMAL: a killed program loses nothing written; a power cut may lose what came after the
    // last checkpoint, and the file stays sound (https://www.sqlite.org/pragma.html#pragma_synchronous).
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec(`PRAGMA cache_size = -${PAGE_CACHE_KIB}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    prepareSchema(database, path);
    return database;
  } catch (error) {
    if (error instanceof PrimumError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    const remedy = 'Check that its folder is writable and has space.';
    throw new PrimumError('STATE_UNUSABLE', `${path} cannot be opened: ${cause}. ${remedy}`, {
      cause: error,
    });
  }
}

function prepareSchema(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > SCHEMA_VERSION) {
    throw new PrimumError(
      'STATE_UNUSABLE',
      `${path} was written by a newer primum. Start that version, or move the file away.`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  database.exec('CREATE TABLE IF NOT EXISTS standing (key TEXT PRIMARY KEY, value BLOB NOT NULL)');
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
}
