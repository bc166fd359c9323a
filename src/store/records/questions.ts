/** Questions to owners, "was this you?": asked once, answered once. */
import type { Kysely } from 'kysely';
import { noted } from './incident.ts';
import { readIncident, saveIncident } from './incidents.ts';
import { addJobs } from './jobs.ts';
import { addAudit } from './plain.ts';
import type { QuestionRecords, QuestionRow } from './question-contract.ts';
import type { RecordsTx, Transact } from './tables.ts';

/** Answered or not, what is older helps nobody. */
const KEPT_MS = 90 * 86_400_000;

export async function createQuestions(db: Kysely<unknown>): Promise<void> {
  let table = db.schema.createTable('questions').addColumn('id', 'text', (c) => c.primaryKey());
  for (const name of ['account', 'context', 'submission', 'incident', 'about', 'answer']) {
    table = table.addColumn(name, 'text', (column) => column.notNull());
  }
  for (const name of ['asked_ms', 'expires_ms']) {
    table = table.addColumn(name, 'bigint', (column) => column.notNull());
  }
  await table.execute();
  await db.schema
    .createIndex('questions_account')
    .on('questions')
    .columns(['account', 'asked_ms'])
    .execute();
}

export function questionRecords(transact: Transact): QuestionRecords {
  const read = (tx: RecordsTx, id: string): Promise<QuestionRow | undefined> =>
    tx.selectFrom('questions').selectAll().where('id', '=', id).executeTakeFirst();
  return {
    add: ({ row, jobs, audit }) =>
      transact(async (tx) => {
        await tx
          .deleteFrom('questions')
          .where('askedMs', '<', row.askedMs - KEPT_MS)
          .execute();
        await tx.insertInto('questions').values(row).execute();
        await addJobs(tx, jobs, { id: row.incident, cause: 'question' });
        await note(tx, row.incident, { ...audit, text: audit.why });
        await addAudit(tx, [audit]);
      }),
    get: (id) => transact((tx) => read(tx, id)),
    answer: ({ id, answer, audit }) =>
      transact(async (tx) => {
        const row = await read(tx, id);
        if (row?.answer !== '') return false;
        await tx.updateTable('questions').set({ answer }).where('id', '=', id).execute();
        await note(tx, row.incident, { ...audit, text: audit.why });
        await addAudit(tx, [audit]);
        return true;
      }),
    countSince: (account, sinceMs) =>
      transact(async (tx) => {
        const { count } = await tx
          .selectFrom('questions')
          .select(tx.fn.countAll<number>().as('count'))
          .where('account', '=', account)
          .where('askedMs', '>=', sinceMs)
          .executeTakeFirstOrThrow();
        return count;
      }),
  };
}

async function note(
  tx: RecordsTx,
  id: string,
  { at, by, text }: { readonly at: string; readonly by: string; readonly text: string },
): Promise<void> {
  const incident = id === '' ? undefined : await readIncident(tx, id);
  if (incident !== undefined) await saveIncident(tx, noted(incident, { at, by, text }));
}
