/**
 * Numbered changes of the records' schema, run at open, all or none. A number once released is
 * never changed; a new one follows it.
 */
import { sql } from 'kysely';
import type { CreateTableBuilder, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Migration } from 'kysely/migration';
import { PrimumError } from '../../errors.ts';
import { createAttachments } from './attachments.ts';
import { createCaseMail } from './case-mail.ts';
import { createForwards } from './forwards.ts';
import { createDesk } from './desk-schema.ts';
import { createSignIns } from './sign-ins.ts';
import { createTickets } from './tickets.ts';
import { createHolds } from './hold-schema.ts';
import { createQuestions } from './questions.ts';
import { createRequests } from './requests.ts';
import type { RecordsDb } from './tables.ts';
import { indexOpenHolds } from './waiting.ts';

/** Engines that the schema is written for; they number rows in different words. */
export type RecordsEngine = 'sqlite' | 'postgres';

const MIGRATION_TABLE = 'schema_migrations';

/** @throws PrimumError STATE_UNUSABLE when the records were written by a newer version. */
export async function migrateRecords(db: RecordsDb, engine: RecordsEngine): Promise<void> {
  const migrations = recordsMigrations(engine);
  await refuseNewer(db, new Set(Object.keys(migrations)));
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: 'schema_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw new Error('The schema of the records cannot be brought up to date', { cause: error });
}

async function refuseNewer(db: RecordsDb, known: ReadonlySet<string>): Promise<void> {
  const plain = db.withoutPlugins() as unknown as Kysely<Record<string, { name: string }>>;
  const tables = await plain.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === MIGRATION_TABLE)) return;
  const rows = await plain.selectFrom(MIGRATION_TABLE).select('name').orderBy('name').execute();
  const unknown = rows.find((row) => !known.has(row.name));
  if (unknown === undefined) return;
  throw new PrimumError(
    'STATE_UNUSABLE',
    `The records were written by a newer Primum (schema ${unknown.name}). Start that version, or restore the copy made before the update.`,
  );
}

function recordsMigrations(engine: RecordsEngine): Record<string, Migration> {
  return {
    '0001_records': { up: (db: Kysely<unknown>) => createRecords(db, engine) },
    '0002_holds': { up: createHolds },
    '0003_forwards': { up: createForwards },
    '0004_desk': { up: createDesk },
    '0005_case_mail': { up: createCaseMail },
    '0006_sign_ins': { up: createSignIns },
    '0007_tickets': { up: createTickets },
    '0008_attachments': { up: createAttachments },
    '0009_questions': { up: createQuestions },
    '0010_incident_times': { up: indexTimes },
    '0011_open_holds': { up: indexOpenHolds },
    '0012_well_again': { up: addWellAgain },
    '0013_audit_also': { up: addAlso },
    '0014_last_decision': { up: addLastDecision },
    '0015_requests': { up: createRequests },
  };
}

/** When something was last decided, whatever people did with it since; of old ones that is not known apart. */
async function addLastDecision(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('incidents')
    .addColumn('last_at', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await sql`update incidents set last_at = updated_at`.execute(db);
}

/** What was done to an incident is found by its id, and by its account. */
async function addAlso(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('audit')
    .addColumn('also', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema.createIndex('audit_also').on('audit').columns(['also', 'id']).execute();
}

/** The newest of a cause is asked for when the cause is gone, whether it is open still or not. */
async function addWellAgain(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('incidents').addColumn('well_at', 'text').execute();
  await db.schema
    .createIndex('incidents_cause')
    .on('incidents')
    .columns(['account', 'cause', 'id'])
    .execute();
}

/** Clocks are told of ten thousand incidents, each time somebody opens the first page. */
async function indexTimes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('incidents_times')
    .on('incidents')
    .columns(['opened_at', 'first_action_at', 'closed_at', 'verdict'])
    .execute();
}

async function createRecords(db: Kysely<unknown>, engine: RecordsEngine): Promise<void> {
  await db.schema
    .createTable('locks')
    .addColumn('account', 'text', (column) => column.primaryKey())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('why', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('incident', 'text', (column) => column.notNull())
    .addColumn('unlock_on', 'text', (column) => column.notNull())
    .execute();
  await createIncidents(db);
  await numbered(db.schema.createTable('audit'), engine)
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('why', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_subject').on('audit').columns(['subject', 'id']).execute();
  await db.schema
    .createTable('list_entries')
    .addColumn('list', 'text', (column) => column.notNull())
    .addColumn('network', 'text', (column) => column.notNull())
    .addColumn('login', 'text', (column) => column.notNull())
    .addColumn('ja3', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('list_entries_key', ['list', 'network', 'login', 'ja3'])
    .execute();
  await createOutbox(db, engine);
  await db.schema
    .createTable('settings')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}

async function createIncidents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('incidents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('cause', 'text', (column) => column.notNull())
    .addColumn('practice', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('opened_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('closed_at', 'text')
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('references', 'text', (column) => column.notNull())
    .addColumn('timeline', 'text', (column) => column.notNull())
    .addColumn('checklist', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('alerted_at_ms', 'bigint')
    .addColumn('alerted_count', 'integer', (column) => column.notNull())
    .addColumn('alert_due_ms', 'bigint')
    .execute();
  // One incident for an account and cause while it is open, whatever the program does.
  await db.schema
    .createIndex('incidents_open')
    .unique()
    .on('incidents')
    .columns(['account', 'cause'])
    .where('state' as never, '=', 'open')
    .execute();
  await db.schema.createIndex('incidents_account').on('incidents').column('account').execute();
  await db.schema.createIndex('incidents_due').on('incidents').column('alert_due_ms').execute();
}

async function createOutbox(db: Kysely<unknown>, engine: RecordsEngine): Promise<void> {
  await numbered(db.schema.createTable('outbox'), engine)
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('incident', 'text', (column) => column.notNull())
    .addColumn('cause', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('not_before_ms', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('last_error', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  const { schema } = db;
  await schema.createIndex('outbox_key').on('outbox').column('key').execute();
  await schema.createIndex('outbox_due').on('outbox').column('not_before_ms').execute();
  await schema.createIndex('outbox_order').on('outbox').columns(['target', 'subject']).execute();
}

/** Adds a primary key that rises by itself. */
function numbered<T extends string>(
  table: CreateTableBuilder<T>,
  engine: RecordsEngine,
): CreateTableBuilder<T | 'id'> {
  return engine === 'sqlite'
    ? table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    : table.addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity());
}
