/** Forwards that are off, each with its audit row in one transaction. */
import type { Kysely } from 'kysely';
import type { ForwardOff, ForwardRecords } from './forward-contract.ts';
import { addAudit } from './plain.ts';
import type { ForwardOffTable, Transact } from './tables.ts';

export function forwardRecords(transact: Transact): ForwardRecords {
  return {
    all: () =>
      transact(async (tx) => {
        const rows = await tx.selectFrom('forwardsOff').selectAll().execute();
        return rows.map(fromTable);
      }),
    put: (rows) =>
      transact(async (tx) => {
        for (const { off, audit } of rows) {
          const { account, to: destination, isWhole, at, by, why, reference } = off;
          const columns = { isWhole: isWhole ? 1 : 0, at, by, why, reference };
          await tx
            .insertInto('forwardsOff')
            .values({ account, destination, ...columns })
            .onConflict((conflict) =>
              conflict.columns(['account', 'destination']).doUpdateSet(columns),
            )
            .execute();
          await addAudit(tx, [audit]);
        }
      }),
    remove: ({ account, to }, audit) =>
      transact(async (tx) => {
        let query = tx.deleteFrom('forwardsOff').where('account', '=', account);
        if (to !== undefined) query = query.where('destination', '=', to);
        const { numDeletedRows } = await query.executeTakeFirst();
        if (numDeletedRows > 0n) await addAudit(tx, [audit]);
        return Number(numDeletedRows);
      }),
  };
}

function fromTable({ destination, isWhole, ...row }: ForwardOffTable): ForwardOff {
  return { ...row, to: destination, isWhole: isWhole === 1 };
}

/** Migration 0003. */
export async function createForwards(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('forwards_off')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('destination', 'text', (column) => column.notNull())
    .addColumn('is_whole', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('why', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('forwards_off_key', ['account', 'destination'] as never)
    .execute();
}
