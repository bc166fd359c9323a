/** Locks with what belongs to them: incident, checklist, audit row and jobs, in one transaction. */
import type { Lock } from '../../core/intent.ts';
import { endContainment, startContainment } from './containments.ts';
import type { LiftRequest, LockDraft, LockRecords, TickOutcome, TickRequest } from './contract.ts';
import {
  countFirst,
  isChecklistDone,
  newIncident,
  noted,
  ticked,
  withChecklist,
  withReferences,
} from './incident.ts';
import type { IncidentState } from './incident.ts';
import {
  insertIncident,
  openIncident,
  openIncidentsOf,
  readIncident,
  saveIncident,
} from './incidents.ts';
import { addJobs } from './jobs.ts';
import { addAudit } from './plain.ts';
import type { RecordsTx, Transact } from './tables.ts';

export function lockRecords(transact: Transact): LockRecords {
  return {
    all: () => transact((tx) => tx.selectFrom('locks').selectAll().execute()),
    save: (drafts) =>
      transact(async (tx) => {
        const saved: Lock[] = [];
        for (const draft of drafts) saved.push(await saveLock(tx, draft));
        return saved;
      }),
    lift: (request) =>
      transact(async (tx) => {
        const lock = await readLock(tx, request.account);
        if (lock !== undefined) await liftLock(tx, lock, request);
        return lock !== undefined;
      }),
    tick: (request) => transact((tx) => tickItem(tx, request)),
  };
}

async function readLock(tx: RecordsTx, account: string): Promise<Lock | undefined> {
  const query = tx.selectFrom('locks').selectAll().where('account', '=', account);
  return query.executeTakeFirst();
}

async function saveLock(tx: RecordsTx, draft: LockDraft): Promise<Lock> {
  const incident = await incidentFor(tx, draft);
  const { account, at, by, why, reference, unlockOn } = draft.lock;
  const entry = { at: draft.audit.at, by, text: `Locked: ${why}` };
  const references = withReferences(incident.references, [reference]);
  await saveIncident(tx, withChecklist(noted({ ...incident, references }, entry), draft.checklist));
  const columns = { at, by, why, reference, unlockOn, incident: incident.id };
  await tx
    .insertInto('locks')
    .values({ account, ...columns })
    .onConflict((conflict) => conflict.column('account').doUpdateSet(columns))
    .execute();
  await startContainment(tx, { account, incident: incident.id, atMs: Date.parse(draft.audit.at) });
  await addAudit(tx, [{ ...draft.audit, also: incident.id }]);
  await addJobs(tx, draft.jobs, incident);
  return { account, ...columns };
}

/** The incident of the lock before, else the one that has the decision, else the lock's own. */
async function incidentFor(tx: RecordsTx, draft: LockDraft): Promise<IncidentState> {
  const { account, reference } = draft.lock;
  const before = await readLock(tx, account);
  const open = await openIncidentsOf(tx, account);
  const known =
    open.find((incident) => incident.id === before?.incident) ??
    open.find((incident) => reference !== '' && incident.references.includes(reference)) ??
    (await openIncident(tx, account, draft.incident.cause));
  if (known !== undefined) return known;
  const { at } = draft.audit;
  const addition = {
    ...draft.incident,
    account,
    firstAt: at,
    lastAt: at,
    count: 1,
    references: [reference],
    jobs: () => [],
    repeatAfterMs: 0,
    nowMs: Date.parse(at),
  };
  const fresh = countFirst(newIncident(draft.incident, account, at), addition);
  await insertIncident(tx, fresh);
  return fresh;
}

async function liftLock(tx: RecordsTx, lock: Lock, request: LiftRequest): Promise<void> {
  const { at, by, why } = request;
  await tx.deleteFrom('locks').where('account', '=', lock.account).execute();
  await endContainment(tx, lock.account);
  const incident = await readIncident(tx, lock.incident);
  if (incident !== undefined) {
    await saveIncident(
      tx,
      noted(incident, { at, by, text: `Unlocked: ${why}${leftOpen(incident)}` }),
    );
  }
  const audit = { at, by, action: 'unlock', subject: lock.account, also: lock.incident, why };
  await addAudit(tx, [audit]);
  await addJobs(tx, request.jobs, { id: lock.incident, cause: incident?.cause ?? '' });
}

/** What nobody had ticked, for whoever reads it later (ACC-12). */
function leftOpen({ checklist }: IncidentState): string {
  const items = checklist.filter(({ doneAt }) => doneAt === undefined).map(({ item }) => item);
  return items.length === 0 ? '' : ` Not ticked on its checklist: ${items.join(', ')}.`;
}

/** Ticks the item on the account's open incidents and on the lock's own (ACC-12). */
export async function tickItem(tx: RecordsTx, request: TickRequest): Promise<TickOutcome> {
  const { account, at, by, item, why, doneAt } = request;
  const isInTime = (since: string): boolean =>
    doneAt === undefined || Date.parse(since) <= Date.parse(doneAt);
  const lock = await readLock(tx, account);
  if (lock !== undefined && !isInTime(lock.at)) return { isTicked: false, isLifted: false };
  const open = await openIncidentsOf(tx, account);
  const incidents = open.filter(({ id, openedAt }) => id === lock?.incident || isInTime(openedAt));
  if (lock !== undefined && !incidents.some((incident) => incident.id === lock.incident)) {
    const own = await readIncident(tx, lock.incident);
    if (own !== undefined) incidents.push(own);
  }
  let isTicked = false;
  let isReady = false;
  for (const incident of incidents) {
    const done = ticked(incident, item, { at, by });
    if (done === undefined) continue;
    isTicked = true;
    await saveIncident(tx, noted(done, { at, by, text: `Done: ${item}. ${why}` }));
    if (done.id === lock?.incident) isReady = isChecklistDone(done);
  }
  if (!isTicked) return { isTicked, isLifted: false };
  const also = lock?.incident ?? incidents[0]?.id ?? '';
  await addAudit(tx, [{ at, by, action: `checklist.${item}`, subject: account, also, why }]);
  const isLifted = isReady && lock?.unlockOn === 'password';
  if (isLifted) {
    await liftLock(tx, lock, { ...request, why: `Everything on the checklist is done. ${why}` });
  }
  return { isTicked, isLifted };
}
