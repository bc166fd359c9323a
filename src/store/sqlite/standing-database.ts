/** The file of standing state: one table, opened by the reader and by the writing thread. */
import { renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { PrimumError } from '../../errors.ts';
import { keepToOwner } from '../state-folder.ts';

const SCHEMA_VERSION = 2;

const DAY_MS = 86_400_000;

/** Pages of 4 KiB in the write-ahead log before it is moved into the file: 64 MiB. */
const CHECKPOINT_PAGES = 16_384;
/** What of the log stays on disk once it was moved: a burst does not leave it large. */
const LOG_BYTES = CHECKPOINT_PAGES * 4_096;

/** SQLite's own page cache, once in each thread. */
const PAGE_CACHE_KIB = 32_768;

/** How long to wait for a lock. Only recovery after a crash ever holds one that long. */
const BUSY_MS = 5_000;

/** SQLITE_CORRUPT and SQLITE_NOTADB (https://www.sqlite.org/rescode.html). */
const DAMAGED = [11, 26];

/**
 * The same, but a damaged file is set aside and a new one begun, for it may be lost and locks must not
 * wait for it. `onDamaged` is told where it is now.
 */
export function openOrBeginStanding(
  path: string,
  onDamaged?: (setAside: string) => void,
): DatabaseSync {
  try {
    return openStandingDatabase(path);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) : 0;
    if (!DAMAGED.includes(code & 0xff)) throw error;
    const setAside = `${path}.damaged-${Date.now()}`;
    renameSync(path, setAside);
    for (const part of ['-wal', '-shm']) rmSync(path + part, { force: true });
    const database = openStandingDatabase(path);
    onDamaged?.(setAside);
    return database;
  }
}

/** Opens the file, making it where it is missing. @throws PrimumError STATE_UNUSABLE. */
export function openStandingDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    keepToOwner(path);
    database = new DatabaseSync(path, { timeout: BUSY_MS });
    // NORMAL: a killed program loses nothing written; a power cut may lose what came after the
    // last checkpoint, and the file stays sound (https://www.sqlite.org/pragma.html#pragma_synchronous).
    // A new file can give pages back that were swept; an older one uses them again.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec(`PRAGMA cache_size = -${PAGE_CACHE_KIB}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
    prepareSchema(database, path);
    return database;
  } catch (error) {
    database?.close();
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
  // All or none: a crash between the two would add the column twice.
  database.exec('BEGIN IMMEDIATE');
  if (version === 0) {
    database.exec(
      'CREATE TABLE IF NOT EXISTS standing (key TEXT PRIMARY KEY, touched INTEGER NOT NULL, value BLOB NOT NULL)',
    );
  } else {
    // At once however large the file is: rows written before count as changed today.
    database.exec(`ALTER TABLE standing ADD COLUMN touched INTEGER NOT NULL DEFAULT ${today()}`);
  }
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

/** The day since 1970, as `touched` has it. */
export function today(): number {
  return Math.floor(Date.now() / DAY_MS);
}
