/** What people do with incidents: open, note, take, join accounts; and what is learnt of them. */
import { findClusters } from './clusters.ts';
import type { IncidentRecords, IncidentRow } from './contract.ts';
import { newIncident, noted, toRow } from './incident.ts';
import { readClocks } from './incident-clocks.ts';
import { addTraits, findSimilar } from './incident-traits.ts';
import { insertIncident, readIncident, saveIncident } from './incidents.ts';
import { readLines, readMembers, readTraits } from './campaign-members.ts';
import {
  campaignOver,
  joinedAccounts,
  MAX_JOINABLE,
  MAX_OPEN_CAMPAIGNS,
  readCampaignsOf,
  readOpenCampaigns,
} from './open-campaigns.ts';
import { addAudit } from './plain.ts';
import type { RecordsTx, Transact } from './tables.ts';

type Work = Pick<
  IncidentRecords,
  | 'open'
  | 'change'
  | 'countOpen'
  | 'openCampaigns'
  | 'campaignsOf'
  | 'members'
  | 'lines'
  | 'traitsOf'
  | 'describe'
  | 'addTraits'
  | 'similar'
  | 'clocks'
  | 'clusters'
>;

export function incidentWork(transact: Transact): Work {
  return {
    open: (opening) =>
      transact(async (tx) => {
        const { draft, accounts, at, by } = opening;
        const joined = await joinOpen(tx, opening);
        if (joined !== undefined) return joined;
        const [account = ''] = accounts.length === 1 ? accounts : [];
        const fresh = newIncident(draft, account, at);
        const entry = { at, by, text: `Opened: ${draft.summary}` };
        const incident = { ...noted(fresh, entry), owner: by, accounts: [...accounts] };
        await insertIncident(tx, incident, by);
        return toRow(incident);
      }),
    openCampaigns: () => transact((tx) => readOpenCampaigns(tx, MAX_OPEN_CAMPAIGNS)),
    campaignsOf: (accounts) => transact((tx) => readCampaignsOf(tx, accounts)),
    members: (query) => transact((tx) => readMembers(tx, query)),
    lines: (ids) => transact((tx) => readLines(tx, ids)),
    traitsOf: (ids) => transact((tx) => readTraits(tx, ids)),
    describe: (id, { detail, references, count, lastAt }) =>
      transact(async (tx) => {
        const columns = { detail, references: JSON.stringify(references), count, lastAt };
        const query = tx.updateTable('incidents').set(columns).where('id', '=', id);
        return (await query.executeTakeFirst()).numUpdatedRows > 0n;
      }),
    change: (id, change) =>
      transact(async (tx) => {
        const before = await readIncident(tx, id);
        const wanted = before && change(toRow(before));
        if (before === undefined || wanted === undefined) return undefined;
        const { entry, audit, owner = before.owner, accounts = before.accounts } = wanted;
        const after = { ...noted(before, entry), owner, accounts };
        await saveIncident(tx, after);
        await addAudit(tx, [audit]);
        return toRow(after);
      }),
    countOpen: () =>
      transact(async (tx) => {
        const count = tx.fn.countAll<number>().as('count');
        const query = tx.selectFrom('incidents').select(count).where('state', '=', 'open');
        return (await query.executeTakeFirst())?.count ?? 0;
      }),
    addTraits: (id, traits) => transact((tx) => addTraits(tx, id, traits)),
    similar: (id, limit, except = []) => transact((tx) => findSimilar(tx, { id, limit, except })),
    clusters: (since) => transact((tx) => findClusters(tx, since)),
    clocks: (since) => transact((tx) => readClocks(tx, since)),
  };
}

/** The campaign that is open over these accounts, joined by those that are new to it. */
async function joinOpen(
  tx: RecordsTx,
  { accounts, at, by }: Parameters<IncidentRecords['open']>[0],
): Promise<IncidentRow | undefined> {
  if (accounts.length < 2) return undefined;
  const open = campaignOver(await readOpenCampaigns(tx, MAX_JOINABLE), accounts);
  const before = open && (await readIncident(tx, open.id));
  if (before === undefined) return undefined;
  const after = joinedAccounts(before.accounts, accounts);
  const fresh = after.slice(before.accounts.length);
  if (fresh.length === 0) return toRow(before);
  const text = `Joined: ${fresh.join(', ')}.`;
  const incident = { ...noted(before, { at, by, text }), accounts: after };
  await saveIncident(tx, incident);
  const subject = before.account || before.id;
  const audit = { at, by, action: 'incident.join', subject, also: before.id };
  await addAudit(tx, [{ ...audit, why: `${before.id}: ${text}` }]);
  return toRow(incident);
}
