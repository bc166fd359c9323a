/** Counts by the hour: small rows that say what is usual here at this time of the week. */
import { sql } from 'kysely';
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
    since: (hour) => transact((tx) => readSince(tx, hour)),
  };
}

/** One row a name: weeks of hours row by row would be most of what the first page costs. */
async function readSince(tx: RecordsTx, hour: number): Promise<Figure[]> {
  const rows = await tx
    .selectFrom('figures')
    .select(['name', sql<string>`group_concat(hour || ' ' || value)`.as('hours')])
    .where('hour', '>=', hour)
    .groupBy('name')
    .execute();
  return rows.flatMap(({ name, hours }) =>
    hours.split(',').map((pair) => {
      const space = pair.indexOf(' ');
      return { hour: Number(pair.slice(0, space)), name, value: Number(pair.slice(space + 1)) };
    }),
  );
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
