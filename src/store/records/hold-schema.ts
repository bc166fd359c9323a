/** Schema of held messages and of containments (migration 0002). */
import type { Kysely } from 'kysely';

export async function createHolds(db: Kysely<unknown>): Promise<void> {
  const texts = [
    ...['account', 'identity', 'context', 'at', 'reference', 'submission', 'mta', 'queue_id'],
    ...['envelope_sender', 'subject', 'reasons', 'cause', 'incident', 'state', 'owner', 'by'],
    ...['why', 'outcome', 'last_error', 'notice'],
  ];
  const numbers = ['recipients', 'size_bytes', 'misses', 'tries', 'notice_tries'];
  const times = [
    ...['seen_arrival_seconds', 'release_at_ms', 'remind_at_ms', 'escalate_at_ms'],
    ...['expires_at_ms', 'check_at_ms', 'retry_at_ms', 'due_ms', 'work_ms'],
  ];
  let table = db.schema
    .createTable('holds')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('closed_at', 'text')
    .addColumn('seen_sender', 'text');
  for (const name of texts) table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of numbers) table = table.addColumn(name, 'integer', (c) => c.notNull());
  for (const name of times) table = table.addColumn(name, 'bigint');
  await table.execute();
  // One open hold for a message in a queue, whatever the program does.
  await db.schema
    .createIndex('holds_open')
    .unique()
    .on('holds')
    .columns(['mta', 'queue_id'])
    .where('closed_at' as never, 'is', null)
    .execute();
  await db.schema.createIndex('holds_account').on('holds').columns(['account', 'id']).execute();
  await db.schema.createIndex('holds_reference').on('holds').column('reference').execute();
  await db.schema.createIndex('holds_due').on('holds').column('due_ms').execute();
  await db.schema.createIndex('holds_work').on('holds').columns(['mta', 'work_ms']).execute();
  await db.schema
    .createTable('containments')
    .addColumn('account', 'text', (column) => column.primaryKey())
    .addColumn('incident', 'text', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('hosts', 'text', (column) => column.notNull())
    .execute();
}
