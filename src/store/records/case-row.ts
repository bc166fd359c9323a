/** A case as a row of its table: read, written with its line of the audit log. */
import type { CaseChange, CaseRow } from './desk-contract.ts';
import type { CaseTable } from './desk-tables.ts';
import { addJobs } from './jobs.ts';
import { addAudit } from './plain.ts';
import type { RecordsTx } from './tables.ts';

export async function insertCase(tx: RecordsTx, { row, audit }: CaseChange): Promise<void> {
  await tx.insertInto('cases').values(toTable(row)).execute();
  await addAudit(tx, [audit]);
}

export async function saveCase(
  tx: RecordsTx,
  { row, audit, jobs = [] }: CaseChange,
): Promise<void> {
  const { id, ...columns } = toTable(row);
  await tx.updateTable('cases').set(columns).where('id', '=', id).execute();
  await addAudit(tx, [audit]);
  await addJobs(tx, jobs, { id: '', cause: '' });
}

export async function readCase(tx: RecordsTx, name: string): Promise<CaseRow | undefined> {
  const row = await tx
    .selectFrom('cases')
    .selectAll()
    .where((or) => or.or([or('id', '=', name), or('reference', '=', name.toUpperCase())]))
    .executeTakeFirst();
  return row === undefined ? undefined : caseFrom(row);
}

export function caseFrom(row: CaseTable): CaseRow {
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
