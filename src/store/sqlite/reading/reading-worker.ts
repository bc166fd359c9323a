/** The reading thread: the repository over a connection of its own that cannot write. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { CamelCasePlugin, Kysely } from 'kysely';
import { PrimumError } from '../../../errors.ts';
import { yieldToMail } from '../../../thread-priority.ts';
import { recordsIn } from '../../records/records.ts';
import type { RecordsTables } from '../../records/tables.ts';
import { NodeSqliteDialect } from '../kysely-dialect.ts';
import { hasBytes, isRead, type Read } from './reads.ts';

export type ToReader = Read | 'close';

/** The first one, before any answer. */
export type Opened = 'opened' | { readonly unusable: string };

/** `text` is JSON; a function that found nothing gives neither. */
export type ReadAnswer =
  | { readonly text?: string | undefined }
  | { readonly value: unknown }
  | { readonly failed: string };

export type FromReader = Opened | ReadAnswer;

if (parentPort === null) throw new Error('This file runs as a worker thread only.');
const port = parentPort;
const say = (message: FromReader): void => port.postMessage(message);

yieldToMail();
serve(open((workerData as { path: string }).path));

function open(path: string): DatabaseSync | undefined {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    database.exec('PRAGMA busy_timeout = 2000');
    // Opening alone does not touch the file.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    say('opened');
    return database;
  } catch (error) {
    say({ unusable: wordsOf(error) });
    return undefined;
  }
}

function serve(database: DatabaseSync | undefined): void {
  if (database === undefined) return;
  const dialect = new NodeSqliteDialect(database);
  const records = recordsIn(
    new Kysely<RecordsTables>({ dialect, plugins: [new CamelCasePlugin()] }),
  );
  const groups = records as unknown as Readonly<Record<string, Readonly<Record<string, Call>>>>;
  port.on('message', (message: ToReader) => {
    if (message === 'close') {
      void records.close().finally(() => port.close());
      return;
    }
    void answer(groups, message).then(say);
  });
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;

async function answer(
  groups: Readonly<Record<string, Readonly<Record<string, Call>>>>,
  read: Read,
): Promise<ReadAnswer> {
  try {
    const call = isRead(read.group, read.name) ? groups[read.group]?.[read.name] : undefined;
    if (call === undefined) return { failed: `${read.group}.${read.name} is not read here` };
    const value = await call(...read.args);
    return hasBytes(read) ? { value } : { text: JSON.stringify(value) };
  } catch (error) {
    // The repository's own words are said again on the other side.
    return { failed: wordsOf(error instanceof PrimumError ? (error.cause ?? error) : error) };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
