/** What waits for a decision, oldest first. Every query ends at an index, whatever was closed before. */
import type { Kysely } from 'kysely';
import type { HoldReason } from './hold-contract.ts';
import { MAX_OPEN_CAMPAIGNS, readOpenCampaigns } from './open-campaigns.ts';
import type { RecordsTx, Transact } from './tables.ts';
import type { Waiting, WaitingRecords, WaitingRow } from './waiting-contract.ts';

/** Migration 0011: what is open is found without a look at what is closed. */
export async function indexOpenHolds(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  const open = ['closed_at', 'id'];
  await schema.createIndex('holds_waiting').on('holds').columns(open).execute();
  await schema
    .createIndex('holds_incident')
    .on('holds')
    .column('incident')
    .where('closed_at' as never, 'is', null)
    .execute();
}

export function waitingRecords(transact: Transact): WaitingRecords {
  return {
    look: (limit) =>
      transact(async (tx) => {
        const locks = await lonelyLocks(tx);
        const all = [
          ...(await oldestHolds(tx, limit)),
          ...(await oldestIncidents(tx, limit)),
          ...(await oldestCases(tx, limit)),
          ...locks,
        ];
        const oldest = all.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(0, limit);
        return { open: { ...(await countOpen(tx)), lonelyLocks: locks.length }, oldest };
      }),
  };
}

/** Those that let themselves go wait for nobody. */
async function oldestHolds(tx: RecordsTx, limit: number): Promise<WaitingRow[]> {
  const rows = await tx
    .selectFrom('holds')
    .select(['id', 'at', 'account', 'reasons'])
    .where('closedAt', 'is', null)
    .where('state', '=', 'held')
    .where('cause', '!=', 'defer')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ reasons, ...row }) => {
    const [first] = JSON.parse(reasons) as readonly HoldReason[];
    return { what: 'hold', ...row, text: first?.text ?? '' };
  });
}

async function oldestIncidents(tx: RecordsTx, limit: number): Promise<WaitingRow[]> {
  const rows = await tx
    .selectFrom('incidents')
    .select(['id', 'openedAt as at', 'account', 'summary as text'])
    .where('state', '=', 'open')
    .where((or) =>
      or.not(
        or.exists(
          or
            .selectFrom('holds')
            .select('holds.id')
            .whereRef('holds.incident', '=', 'incidents.id')
            .where('holds.closedAt', 'is', null),
        ),
      ),
    )
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ what: 'incident', ...row }));
}

async function oldestCases(tx: RecordsTx, limit: number): Promise<WaitingRow[]> {
  const rows = await tx
    .selectFrom('cases')
    .select(['id', 'openedAt as at', 'account', 'subject as text'])
    .where('state', '=', 'open')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ what: 'case', ...row }));
}

/** Looked at, the oldest; of more the rest follows as these are decided. */
export const MAX_LONELY_LOCKS = 1_000;

/** Locks that nothing else asks about: no incident of the account is open, nor a campaign over it. */
async function lonelyLocks(tx: RecordsTx): Promise<WaitingRow[]> {
  const rows = await tx
    .selectFrom('locks')
    .select(['account', 'at', 'why'])
    .where((or) =>
      or.not(
        or.exists(
          or
            .selectFrom('incidents')
            .select('incidents.id')
            .whereRef('incidents.account', '=', 'locks.account')
            .where('incidents.state', '=', 'open'),
        ),
      ),
    )
    .orderBy('at')
    .limit(MAX_LONELY_LOCKS)
    .execute();
  if (rows.length === 0) return [];
  const open = await readOpenCampaigns(tx, MAX_OPEN_CAMPAIGNS);
  const inCampaign = new Set(open.flatMap(({ accounts }) => accounts));
  return rows
    .filter(({ account }) => !inCampaign.has(account))
    .map(({ account, at, why }) => ({ what: 'lock', id: account, at, account, text: why }));
}

async function countOpen(tx: RecordsTx): Promise<Omit<Waiting['open'], 'lonelyLocks'>> {
  const count = tx.fn.countAll<number>().as('count');
  const holds = tx.selectFrom('holds').select(count).where('closedAt', 'is', null);
  const incidents = tx.selectFrom('incidents').select(count).where('state', '=', 'open');
  const cases = tx.selectFrom('cases').select(count).where('state', '=', 'open');
  return {
    holds: (await holds.executeTakeFirst())?.count ?? 0,
    incidents: (await incidents.executeTakeFirst())?.count ?? 0,
    cases: (await cases.executeTakeFirst())?.count ?? 0,
  };
}
