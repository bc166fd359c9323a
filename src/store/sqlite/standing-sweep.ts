/**
 * The slow walk over the file that finds records nobody changed for as long as their kind is kept.
 * It only names them: they are deleted like any other record, by whoever owns memory.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { daysToKeep, STRANGER_DAYS } from '../../core/profile/keeping.ts';

/** Rows of one step, well under a millisecond where nothing is due. */
export const SWEEP_ROWS = 256;
/** Free pages given back to the disk in one step: 1 MiB. */
const PAGES = 256;
/** Steps between two moves of the log into the file, so that a power cut costs less: a minute. */
const CHECKPOINT_STEPS = 60;

export interface SweepStep {
  /** Keys of records that may go, as they were when this step looked. */
  readonly expired: readonly string[];
  /** The walk is through; the next step begins anew. */
  readonly done: boolean;
}

export class Sweep {
  readonly #database: DatabaseSync;
  readonly #end: StatementSync;
  readonly #old: StatementSync;
  #after = 0;
  #steps = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#end = database.prepare(
      'SELECT max(rowid) AS last, count(*) AS rows FROM ' +
        '(SELECT rowid FROM standing WHERE rowid > ? ORDER BY rowid LIMIT ?)',
    );
    this.#old = database.prepare(
      'SELECT key, touched, value FROM standing WHERE rowid > ? AND rowid <= ? AND touched < ?',
    );
  }

  /** Looks at the next rows. `day` is today, as days since 1970. */
  step(day: number): SweepStep {
    const { last, rows } = this.#end.get(this.#after, SWEEP_ROWS) as { last: number; rows: number };
    const found = rows === 0 ? [] : this.#old.all(this.#after, last, day - STRANGER_DAYS);
    const expired = found.flatMap((row) => {
      const { key, touched, value } = row as { key: string; touched: number; value: Uint8Array };
      const days = daysToKeep(key, value);
      return days !== undefined && touched < day - days ? [key] : [];
    });
    const done = rows < SWEEP_ROWS;
    this.#after = done ? 0 : last;
    this.#tidy();
    return { expired, done };
  }

  #tidy(): void {
    this.#database.exec(`PRAGMA incremental_vacuum(${PAGES})`);
    this.#steps += 1;
    if (this.#steps % CHECKPOINT_STEPS === 0) this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }
}
