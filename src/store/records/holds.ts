/** Held messages: durable, one open for each message in a queue, every change audited with it. */
import { readHeld } from './campaign-members.ts';
import type { HoldChange, HoldDraft, HoldQuery, HoldRecords, HoldRow } from './hold-contract.ts';
import { countFirst, countMore, newIncident, noted, takenBack } from './incident.ts';
import { insertIncident, openIncident, readIncident, saveIncident } from './incidents.ts';
import { addJobs } from './jobs.ts';
import { addAudit, MAX_PAGE } from './plain.ts';
import { holdFromTable, holdToTable } from './hold-row.ts';
import type { RecordsTx, Transact } from './tables.ts';

export function holdRecords(transact: Transact): HoldRecords {
  return {
    add: (drafts) => transact((tx) => addHolds(tx, drafts)),
    get: (id) => transact((tx) => readHold(tx, id)),
    unknown: (mta, queueIds) =>
      transact(async (tx) => {
        const query = tx.selectFrom('holds').select('queueId').where('closedAt', 'is', null);
        const own = query.where('mta', '=', mta).where('queueId', 'in', [...queueIds]);
        const known = new Set((await own.execute()).map(({ queueId }) => queueId));
        return queueIds.filter((queueId) => !known.has(queueId));
      }),
    find: (reference) =>
      transact(async (tx) => {
        const query = tx.selectFrom('holds').selectAll().where('reference', '=', reference);
        const row = await query.orderBy('id', 'desc').executeTakeFirst();
        return row === undefined ? undefined : holdFromTable(row);
      }),
    list: (query) => transact((tx) => listHolds(tx, query)),
    heldOf: (accounts) => transact((tx) => readHeld(tx, accounts)),
    countOpen: ({ account, cause } = {}) =>
      transact(async (tx) => {
        let query = tx.selectFrom('holds').where('closedAt', 'is', null);
        if (account !== undefined) query = query.where('account', '=', account);
        if (cause !== undefined) query = query.where('cause', '=', cause);
        const { count } = await query
          .select((eb) => eb.fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        return Number(count);
      }),
    change: (id, change) => transact((tx) => changeHold(tx, id, change)),
    due: (nowMs, limit) =>
      transact(async (tx) => {
        const query = tx.selectFrom('holds').selectAll().where('dueMs', '<=', nowMs);
        return (await query.orderBy('dueMs').limit(limit).execute()).map(holdFromTable);
      }),
    work: (mta, nowMs, limit) =>
      transact(async (tx) => {
        const query = tx.selectFrom('holds').selectAll().where('mta', '=', mta);
        const due = query.where('workMs', '<=', nowMs).orderBy('workMs').limit(limit);
        return (await due.execute()).map(holdFromTable);
      }),
  };
}

async function readHold(tx: RecordsTx, id: string): Promise<HoldRow | undefined> {
  const row = await tx.selectFrom('holds').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : holdFromTable(row);
}

async function listHolds(tx: RecordsTx, query: HoldQuery): Promise<HoldRow[]> {
  const { isWaiting = false } = query;
  let select = tx
    .selectFrom('holds')
    .selectAll()
    .orderBy('id', isWaiting ? 'asc' : 'desc');
  // Those that let themselves go wait for nobody, as in waiting.ts.
  if (isWaiting) {
    select = select.where('closedAt', 'is', null).where('state', '=', 'held');
    select = select.where('cause', '!=', 'defer');
  }
  if (query.isOpen !== undefined) {
    select = select.where('closedAt', query.isOpen ? 'is' : 'is not', null);
  }
  if (query.account !== undefined) select = select.where('account', '=', query.account);
  if (query.cause !== undefined) select = select.where('cause', '=', query.cause);
  if (query.before !== undefined) select = select.where('id', '<', query.before);
  return (await select.limit(Math.min(query.limit, MAX_PAGE)).execute()).map(holdFromTable);
}

export async function addHolds(
  tx: RecordsTx,
  drafts: readonly HoldDraft[],
): Promise<readonly HoldRow[]> {
  const saved: HoldRow[] = [];
  for (const draft of drafts) {
    const known = await tx
      .selectFrom('holds')
      .select('id')
      .where('mta', '=', draft.hold.mta)
      .where('queueId', '=', draft.hold.queueId)
      .where('closedAt', 'is', null)
      .executeTakeFirst();
    if (known === undefined) saved.push(await addHold(tx, draft));
  }
  return saved;
}

async function addHold(tx: RecordsTx, draft: HoldDraft): Promise<HoldRow> {
  const { ticket, spacingMs } = draft;
  let hold = draft.hold;
  if (hold.releaseAtMs !== undefined) {
    hold = { ...hold, releaseAtMs: await spaced(tx, hold, hold.releaseAtMs, spacingMs) };
  } else if (hold.cause === 'verdict') {
    await keepClimbed(tx, hold);
  }
  const told = draft.joins && (await openIncident(tx, hold.account, draft.joins));
  if (told) {
    hold = { ...hold, incident: told.id };
  } else if (ticket !== undefined) {
    const known = await openIncident(tx, ticket.account, ticket.cause);
    if (known === undefined) {
      const fresh = newIncident(ticket, ticket.account, ticket.firstAt);
      await insertIncident(tx, countFirst(fresh, ticket));
      await addJobs(tx, ticket.jobs(), ticket);
    } else {
      await saveIncident(tx, countMore(known, ticket));
    }
    hold = { ...hold, incident: known?.id ?? ticket.id };
  }
  await tx.insertInto('holds').values(holdToTable(hold)).execute();
  await addAudit(tx, [draft.audit]);
  return hold;
}

/** Short holds of one account and context let go one after the other (a slow lane, not a burst). */
async function spaced(
  tx: RecordsTx,
  hold: HoldRow,
  releaseAtMs: number,
  spacingMs: number,
): Promise<number> {
  const { last } = await tx
    .selectFrom('holds')
    .select((eb) => eb.fn.max('releaseAtMs').as('last'))
    .where('account', '=', hold.account)
    .where('context', '=', hold.context)
    .where('cause', '=', 'defer')
    .executeTakeFirstOrThrow();
  return last === null ? releaseAtMs : Math.max(releaseAtMs, last + spacingMs);
}

/** The context has climbed to hold: what waits to let itself go waits for a person now. */
async function keepClimbed(tx: RecordsTx, { account, context }: HoldRow): Promise<void> {
  const rows = await tx
    .selectFrom('holds')
    .selectAll()
    .where('account', '=', account)
    .where('context', '=', context)
    .where('state', '=', 'held')
    .where('releaseAtMs', 'is not', null)
    .execute();
  for (const row of rows.map(holdFromTable)) {
    const { releaseAtMs: _, ...kept } = row;
    await saveHold(tx, kept);
  }
}

async function saveHold(tx: RecordsTx, hold: HoldRow): Promise<void> {
  const { id, ...columns } = holdToTable(hold);
  await tx.updateTable('holds').set(columns).where('id', '=', id).execute();
}

async function changeHold(
  tx: RecordsTx,
  id: string,
  decide: (hold: HoldRow) => HoldChange | undefined,
): Promise<HoldRow | undefined> {
  const before = await readHold(tx, id);
  const change = before === undefined ? undefined : decide(before);
  if (change === undefined) return undefined;
  const { hold, audit, note, jobs = [] } = change;
  await saveHold(tx, hold);
  if (audit !== undefined) await addAudit(tx, [{ ...audit, also: hold.incident }]);
  const incident = hold.incident === '' ? undefined : await readIncident(tx, hold.incident);
  if (incident !== undefined) {
    if (note !== undefined) {
      const entry = { ...note, kind: 'message' as const };
      const isUndone = audit?.action === 'hold.undo';
      const after = isUndone ? takenBack(incident, entry, hold.reference) : noted(incident, entry);
      await saveIncident(tx, after);
    }
    await addJobs(tx, jobs, incident);
  }
  return hold;
}
