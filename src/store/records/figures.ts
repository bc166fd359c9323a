/** Counts by the hour: small rows that say what is usual here at this time of the week. */
import type { Figure, FigureRecords } from './desk-contract.ts';
import type { RecordsTx, Transact } from './tables.ts';

export function figureRecords(transact: Transact): FigureRecords {
  return {
    write: ({ counts, levels, oldest }) =>
      transact(async (tx) => {
        for (const figure of counts) await put(tx, figure, true);
        for (const figure of levels) await put(tx, figure, false);
        await tx.deleteFrom('figures').where('hour', '<', oldest).execute();
      }),
    since: (hour) =>
      transact((tx) => tx.selectFrom('figures').selectAll().where('hour', '>=', hour).execute()),
  };
}

async function put(tx: RecordsTx, { hour, name, value }: Figure, isMore: boolean): Promise<void> {
  await tx
    .insertInto('figures')
    .values({ hour, name, value })
    .onConflict((conflict) => {
      const known = conflict.columns(['hour', 'name']);
      return isMore
        ? known.doUpdateSet((row) => ({ value: row('figures.value', '+', value) }))
        : known.doUpdateSet({ value });
    })
    .execute();
}
