/** The outbox: what has to be done outside, in order, until it is done or given up. */
import type { ExpressionBuilder, Selectable } from 'kysely';
import type { Job, OutboxRecords } from './contract.ts';
import { tickItem } from './locks.ts';
import { addAudit } from './plain.ts';
import type { OutboxTable, RecordsTables, RecordsTx, Transact } from './tables.ts';

/** Characters of an error that a job keeps. */
const MAX_ERROR = 500;

export function outboxRecords(transact: Transact): OutboxRecords {
  return {
    due: (nowMs, limit, except) =>
      transact(async (tx) => {
        const rows = await runnable(tx, except)
          .selectAll()
          .where('notBeforeMs', '<=', nowMs)
          .orderBy('id')
          .limit(limit)
          .execute();
        return rows.map(toJob);
      }),
    nextAtMs: (except) =>
      transact(async (tx) => {
        const query = runnable(tx, except).select((eb) => eb.fn.min('notBeforeMs').as('nextMs'));
        const row = (await query.executeTakeFirst()) as { nextMs: number | null } | undefined;
        return row?.nextMs ?? undefined;
      }),
    join: (ids, key) =>
      transact(async (tx) => {
        await tx.updateTable('outbox').set({ key }).where('id', 'in', ids).execute();
      }),
    done: (key, tick) =>
      transact(async (tx) => {
        await tx.deleteFrom('outbox').where('key', '=', key).execute();
        if (tick === undefined || (await endsSessions(tx, tick.account))) {
          return { isTicked: false, isLifted: false };
        }
        return tickItem(tx, tick);
      }),
    retry: (key, notBeforeMs, error) =>
      transact(async (tx) => {
        await tx
          .updateTable('outbox')
          .set((eb) => ({
            notBeforeMs,
            lastError: error.slice(0, MAX_ERROR),
            attempts: eb('attempts', '+', 1),
          }))
          .where('key', '=', key)
          .execute();
      }),
    giveUp: (key, audit) =>
      transact(async (tx) => {
        await tx.deleteFrom('outbox').where('key', '=', key).execute();
        await addAudit(tx, [audit]);
      }),
    pending: () =>
      transact(async (tx) => {
        const query = tx.selectFrom('outbox').select((eb) => eb.fn.countAll().as('jobs'));
        return Number((await query.executeTakeFirstOrThrow()).jobs);
      }),
  };
}

/** Jobs that do not wait behind another one of the same target and account. */
function runnable(tx: RecordsTx, except: readonly string[]) {
  const query = tx
    .selectFrom('outbox')
    .where((eb) => eb.or([eb('kind', '=', 'alert'), eb.not(eb.exists(olderJob(eb)))]));
  return except.length === 0 ? query : query.where('key', 'not in', except);
}

function olderJob(eb: ExpressionBuilder<RecordsTables, 'outbox'>) {
  return eb
    .selectFrom('outbox as older')
    .select('older.id')
    .whereRef('older.target', '=', 'outbox.target')
    .whereRef('older.subject', '=', 'outbox.subject')
    .whereRef('older.id', '<', 'outbox.id')
    .where('older.kind', '!=', 'alert');
}

async function endsSessions(tx: RecordsTx, account: string): Promise<boolean> {
  const query = tx
    .selectFrom('outbox')
    .select('id')
    .where('subject', '=', account)
    .where('kind', '=', 'sessions');
  return (await query.executeTakeFirst()) !== undefined;
}

function toJob(row: Selectable<OutboxTable>): Job {
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    target: row.target,
    subject: row.subject,
    incident: row.incident,
    cause: row.cause,
    payload: row.payload,
    createdAtMs: row.createdAtMs,
    notBeforeMs: row.notBeforeMs,
    attempts: row.attempts,
  };
}
