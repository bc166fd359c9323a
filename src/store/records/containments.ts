/** Containments: begun in the transaction of the lock and ended in that of its end (ACC-11). */
import type { ContainmentHost, ContainmentRecords, ContainmentRow } from './hold-contract.ts';
import { addHolds } from './holds.ts';
import { noted } from './incident.ts';
import { readIncident, saveIncident } from './incidents.ts';
import type { ContainmentTable, RecordsTx, Transact } from './tables.ts';

export function containmentRecords(transact: Transact): ContainmentRecords {
  return {
    all: () =>
      transact(async (tx) => {
        const rows = await tx.selectFrom('containments').selectAll().execute();
        return rows.map(fromTable);
      }),
    change: (account, mta, next) =>
      transact(async (tx) => {
        const query = tx.selectFrom('containments').selectAll().where('account', '=', account);
        const row = await query.executeTakeFirst();
        if (row === undefined) return;
        const hosts = new Map(fromTable(row).hosts);
        await saveHosts(tx, account, hosts.set(mta, next(hosts.get(mta))));
      }),
    pass: ({ account, mta, drafts, next, note }) =>
      transact(async (tx) => {
        const added = (await addHolds(tx, drafts)).length;
        const query = tx.selectFrom('containments').selectAll().where('account', '=', account);
        const row = await query.executeTakeFirst();
        // The lock was lifted meanwhile; what was put on hold is on record all the same.
        if (row === undefined) return added;
        const hosts = new Map(fromTable(row).hosts);
        await saveHosts(tx, account, hosts.set(mta, next(hosts.get(mta), added)));
        const incident = await readIncident(tx, row.incident);
        if (added === 0 || incident === undefined) return added;
        const contained = [...hosts.values()].reduce((sum, host) => sum + host.contained, 0);
        await saveIncident(tx, noted(incident, note(added, contained)));
        return added;
      }),
  };
}

async function saveHosts(
  tx: RecordsTx,
  account: string,
  hosts: ContainmentRow['hosts'],
): Promise<void> {
  await tx
    .updateTable('containments')
    .set({ hosts: JSON.stringify([...hosts]) })
    .where('account', '=', account)
    .execute();
}

function fromTable(row: ContainmentTable): ContainmentRow {
  const hosts = new Map(JSON.parse(row.hosts) as readonly [string, ContainmentHost][]);
  const { account, incident } = row;
  return { account, incident, startedAtMs: row.startedAtMs, hosts };
}

/** A new lock looks through the queues again, whatever was done for the one before. */
export async function startContainment(
  tx: RecordsTx,
  { account, incident, atMs }: { account: string; incident: string; atMs: number },
): Promise<void> {
  const columns = { incident, startedAtMs: atMs, hosts: '[]' };
  await tx
    .insertInto('containments')
    .values({ account, ...columns })
    .onConflict((conflict) => conflict.column('account').doUpdateSet(columns))
    .execute();
}

export async function endContainment(tx: RecordsTx, account: string): Promise<void> {
  await tx.deleteFrom('containments').where('account', '=', account).execute();
}
