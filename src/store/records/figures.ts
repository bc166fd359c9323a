/** Counts by the hour: small rows that say what is usual here at this time of the week. */
import type { FigureRecords } from './desk-contract.ts';
import type { Transact } from './tables.ts';

export function figureRecords(transact: Transact): FigureRecords {
  return {
    add: (figures) =>
      transact(async (tx) => {
        for (const { hour, name, value } of figures) {
          await tx
            .insertInto('figures')
            .values({ hour, name, value })
            .onConflict((conflict) =>
              conflict
                .columns(['hour', 'name'])
                .doUpdateSet((row) => ({ value: row('figures.value', '+', value) })),
            )
            .execute();
        }
      }),
    since: (hour) =>
      transact((tx) => tx.selectFrom('figures').selectAll().where('hour', '>=', hour).execute()),
    purge: (beforeHour) =>
      transact(async (tx) => {
        await tx.deleteFrom('figures').where('hour', '<', beforeHour).execute();
      }),
  };
}
