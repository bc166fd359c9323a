/** Cases: reports from outside, each with a reference that its reporter was given (FBK-5). */
import type { CaseQuery, CaseRecords, CaseRow } from './desk-contract.ts';
import type { CaseTable } from './desk-tables.ts';
import { addAudit, MAX_PAGE } from './plain.ts';
import type { RecordsTx, Transact } from './tables.ts';

export function caseRecords(transact: Transact): CaseRecords {
  return {
    add: (row, audit) =>
      transact(async (tx) => {
        await tx.insertInto('cases').values(toTable(row)).execute();
        await addAudit(tx, [audit]);
      }),
    get: (name) => transact((tx) => readCase(tx, name)),
    list: (query) => transact((tx) => listCases(tx, query)),
    countOpen: () =>
      transact(async (tx) => {
        const count = tx.fn.countAll<number>().as('count');
        const query = tx.selectFrom('cases').select(count).where('state', '=', 'open');
        return (await query.executeTakeFirst())?.count ?? 0;
      }),
    change: (name, change) =>
      transact(async (tx) => {
        const before = await readCase(tx, name);
        const after = before && change(before);
        if (after === undefined) return undefined;
        const { id, ...columns } = toTable(after.row);
        await tx.updateTable('cases').set(columns).where('id', '=', id).execute();
        await addAudit(tx, [after.audit]);
        return after.row;
      }),
  };
}

async function readCase(tx: RecordsTx, name: string): Promise<CaseRow | undefined> {
  const row = await tx
    .selectFrom('cases')
    .selectAll()
    .where((or) => or.or([or('id', '=', name), or('reference', '=', name.toUpperCase())]))
    .executeTakeFirst();
  return row === undefined ? undefined : fromTable(row);
}

async function listCases(tx: RecordsTx, query: CaseQuery): Promise<readonly CaseRow[]> {
  let select = tx.selectFrom('cases').selectAll().orderBy('id', 'desc');
  if (query.state !== undefined) select = select.where('state', '=', query.state);
  if (query.account !== undefined) select = select.where('account', '=', query.account);
  if (query.incident !== undefined) select = select.where('incident', '=', query.incident);
  if (query.before !== undefined) select = select.where('id', '<', query.before);
  const rows = await select.limit(Math.min(query.limit, MAX_PAGE)).execute();
  return rows.map(fromTable);
}

function fromTable(row: CaseTable): CaseRow {
  const { firstActionAt, closedAt, timeline, ...rest } = row;
  return {
    ...rest,
    timeline: JSON.parse(timeline) as CaseRow['timeline'],
    ...(firstActionAt === null ? {} : { firstActionAt }),
    ...(closedAt === null ? {} : { closedAt }),
  };
}

function toTable(row: CaseRow): CaseTable {
  return {
    ...row,
    timeline: JSON.stringify(row.timeline),
    firstActionAt: row.firstActionAt ?? null,
    closedAt: row.closedAt ?? null,
  };
}
