/** Incidents: one for an account and cause while it is open, however many decisions belong to it. */
import type {
  IncidentAddition,
  IncidentEase,
  IncidentQuery,
  IncidentRecords,
  IncidentRow,
  UnendedCause,
} from './contract.ts';
import {
  countAgain,
  countFirst,
  countMore,
  eased,
  fromTable,
  newIncident,
  toRow,
  toTable,
} from './incident.ts';
import type { IncidentState } from './incident.ts';
import { insertTraits } from './incident-traits.ts';
import { addJobs } from './jobs.ts';
import { addAudit, MAX_PAGE } from './plain.ts';
import type { RecordsTx, Transact } from './tables.ts';

export function incidentRecords(
  transact: Transact,
): Pick<IncidentRecords, 'add' | 'ease' | 'unended' | 'list' | 'get' | 'repeatAlerts'> {
  return {
    add: (additions) =>
      transact(async (tx) => {
        const opened: string[] = [];
        for (const addition of additions) {
          if (await addOne(tx, addition)) opened.push(addition.id);
        }
        return opened;
      }),
    ease: (news) => transact((tx) => easeNewest(tx, news)),
    unended: (causesBeginWith) => transact((tx) => readUnended(tx, causesBeginWith)),
    list: (query) => transact((tx) => listIncidents(tx, query)),
    get: (id) =>
      transact(async (tx) => {
        const incident = await readIncident(tx, id);
        return incident === undefined ? undefined : toRow(incident);
      }),
    repeatAlerts: (nowMs, limit, draft) =>
      transact(async (tx) => {
        const rows = await tx
          .selectFrom('incidents')
          .selectAll()
          .where('alertDueMs', '<=', nowMs)
          .orderBy('alertDueMs')
          .limit(limit)
          .execute();
        for (const incident of rows.map(fromTable)) {
          await addJobs(tx, draft(toRow(incident)), incident);
          const alerted = { alertedAtMs: nowMs, alertedCount: incident.count };
          await saveIncident(tx, { ...incident, ...alerted, alertDueMs: undefined });
        }
        return rows.length;
      }),
  };
}

/** Whether this opened an incident, or began one again. */
async function addOne(tx: RecordsTx, addition: IncidentAddition): Promise<boolean> {
  const known = await openIncident(tx, addition.account, addition.cause);
  if (known?.wellAt !== undefined) {
    await saveIncident(tx, countAgain(known, addition));
    await addJobs(tx, addition.jobs(), known);
    return true;
  }
  if (known !== undefined) {
    await saveIncident(tx, countMore(known, addition));
    return false;
  }
  const fresh = newIncident(addition, addition.account, addition.firstAt);
  await insertIncident(tx, countFirst(fresh, addition));
  await insertTraits(tx, fresh.id, addition.traits ?? []);
  await addJobs(tx, addition.jobs(), addition);
  return true;
}

async function easeNewest(tx: RecordsTx, news: IncidentEase): Promise<boolean> {
  const row = await tx
    .selectFrom('incidents')
    .selectAll()
    .where('account', '=', '')
    .where('cause', '=', news.cause)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  const before = row === undefined ? undefined : fromTable(row);
  if (before === undefined || before.wellAt !== undefined) return false;
  // Who closed it knows of the rest; that it is over is news to those who were told as well.
  if (before.state === 'closed' && !news.isOver) return false;
  await saveIncident(tx, eased(before, news));
  if (before.verdict !== 'false alarm') await addJobs(tx, news.jobs(), before);
  const audit = {
    at: news.at,
    by: 'primum',
    action: news.isOver ? 'incident.well' : 'incident.note',
  };
  const why = `${before.id}: ${news.notes.join(' ')}`;
  await addAudit(tx, [{ ...audit, subject: before.account || before.id, also: before.id, why }]);
  return true;
}

async function readUnended(tx: RecordsTx, prefix: string): Promise<readonly UnendedCause[]> {
  const newest = tx
    .selectFrom('incidents')
    .select(({ fn }) => fn.max('id').as('id'))
    .where('account', '=', '')
    .where('cause', '>=', prefix)
    .where('cause', '<', `${prefix}\u{10FFFF}`)
    .groupBy('cause');
  const select = tx.selectFrom('incidents').select(['id', 'cause', 'state']);
  return select.where('id', 'in', newest).where('wellAt', 'is', null).execute();
}

async function listIncidents(tx: RecordsTx, query: IncidentQuery): Promise<readonly IncidentRow[]> {
  let select = tx.selectFrom('incidents').selectAll().orderBy('id', 'desc');
  if (query.state !== undefined) select = select.where('state', '=', query.state);
  if (query.account !== undefined) select = select.where('account', '=', query.account);
  if (query.before !== undefined) select = select.where('id', '<', query.before);
  const rows = await select.limit(Math.min(query.limit, MAX_PAGE)).execute();
  return rows.map((row) => toRow(fromTable(row)));
}

export async function openIncident(
  tx: RecordsTx,
  account: string,
  cause: string,
): Promise<IncidentState | undefined> {
  const row = await tx
    .selectFrom('incidents')
    .selectAll()
    .where('account', '=', account)
    .where('cause', '=', cause)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return row === undefined ? undefined : fromTable(row);
}

/** Newest first. */
export async function openIncidentsOf(tx: RecordsTx, account: string): Promise<IncidentState[]> {
  const rows = await tx
    .selectFrom('incidents')
    .selectAll()
    .where('account', '=', account)
    .where('state', '=', 'open')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(fromTable);
}

export async function readIncident(tx: RecordsTx, id: string): Promise<IncidentState | undefined> {
  const query = tx.selectFrom('incidents').selectAll().where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : fromTable(row);
}

/** Inserts an incident; that it was opened is in the audit log. */
export async function insertIncident(
  tx: RecordsTx,
  incident: IncidentState,
  by = 'primum',
): Promise<void> {
  await tx.insertInto('incidents').values(toTable(incident)).execute();
  const { id, account, openedAt, alertedAtMs, summary } = incident;
  // The audit log says when it was recorded, not when it happened.
  const at = alertedAtMs === undefined ? openedAt : new Date(alertedAtMs).toISOString();
  const audit = { at, by, action: 'incident.open', subject: account || id, also: id };
  await addAudit(tx, [{ ...audit, why: `${id}: ${summary}` }]);
}

export async function saveIncident(tx: RecordsTx, incident: IncidentState): Promise<void> {
  const { id, ...columns } = toTable(incident);
  await tx.updateTable('incidents').set(columns).where('id', '=', id).execute();
}
