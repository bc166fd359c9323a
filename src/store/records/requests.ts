/** Changes asked for with an Idempotency-Key, and how they were answered. */
import type { Kysely } from 'kysely';
import type { RequestRecords } from './request-contract.ts';
import type { Transact } from './tables.ts';

export async function createRequests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('requests')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('asked', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('requests_at').on('requests').column('at_ms').execute();
}

export function requestRecords(transact: Transact): RequestRecords {
  return {
    since: (atMs) =>
      transact((tx) =>
        tx
          .selectFrom('requests')
          .select(['key', 'asked', 'atMs', 'status'])
          .where('atMs', '>=', atMs)
          .orderBy('atMs')
          .execute(),
      ),
    begin: (request, { gone, beforeMs }) =>
      transact(async (tx) => {
        await tx.deleteFrom('requests').where('atMs', '<', beforeMs).execute();
        if (gone.length > 0) await tx.deleteFrom('requests').where('key', 'in', gone).execute();
        const row = { ...request, status: 0, answer: '' };
        await tx
          .insertInto('requests')
          .values(row)
          .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
          .execute();
      }),
    answered: (key, status, answer) =>
      transact(async (tx) => {
        await tx.updateTable('requests').set({ status, answer }).where('key', '=', key).execute();
      }),
    answer: (key) =>
      transact(async (tx) => {
        const query = tx.selectFrom('requests').select('answer').where('key', '=', key);
        return (await query.executeTakeFirst())?.answer ?? '';
      }),
    forget: (key) =>
      transact(async (tx) => {
        await tx.deleteFrom('requests').where('key', '=', key).execute();
      }),
  };
}
