/** Cases: reports from outside, each with a reference that its reporter was given (FBK-5). */
import { addCaseMail } from './case-mail.ts';
import type { CaseQuery, CaseRecords, CaseRow } from './desk-contract.ts';
import { caseFrom, insertCase, readCase, saveCase } from './case-row.ts';
import { MAX_PAGE } from './plain.ts';
import type { RecordsTx, Transact } from './tables.ts';

export function caseRecords(transact: Transact): CaseRecords {
  return {
    add: (row, audit) =>
      transact(async (tx) => {
        await insertCase(tx, { row, audit });
      }),
    addMail: (mail) => transact((tx) => addCaseMail(tx, mail)),
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
        await saveCase(tx, after);
        return after.row;
      }),
  };
}

async function listCases(tx: RecordsTx, query: CaseQuery): Promise<readonly CaseRow[]> {
  let select = tx.selectFrom('cases').selectAll().orderBy('id', 'desc');
  if (query.state !== undefined) select = select.where('state', '=', query.state);
  if (query.account !== undefined) select = select.where('account', '=', query.account);
  if (query.incident !== undefined) select = select.where('incident', '=', query.incident);
  if (query.before !== undefined) select = select.where('id', '<', query.before);
  const rows = await select.limit(Math.min(query.limit, MAX_PAGE)).execute();
  return rows.map(caseFrom);
}
