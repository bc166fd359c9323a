/** Closing incidents with a finding: one, or those of a campaign's accounts with it. */
import type { IncidentRecords, IncidentRow, IncidentVerdict } from './contract.ts';
import { fromTable, noted, toRow } from './incident.ts';
import type { IncidentState } from './incident.ts';
import { readIncident, saveIncident } from './incidents.ts';
import { MAX_OPEN_CAMPAIGNS, readOpenCampaigns } from './open-campaigns.ts';
import { addAudit } from './plain.ts';
import type { RecordsTx, Transact } from './tables.ts';

/** Closed in one transaction: thousands at once would keep the mail path waiting. */
const AT_ONCE = 200;

interface Finding {
  readonly at: string;
  readonly by: string;
  readonly text: string;
  readonly verdict: IncidentVerdict;
}

export function closingIncidents(
  transact: Transact,
): Pick<IncidentRecords, 'close' | 'closeMembers'> {
  return {
    close: ({ id, verdict = '', ...finding }) =>
      transact(async (tx) => {
        const incident = await readIncident(tx, id);
        if (incident?.state !== 'open') return false;
        await closeOne(tx, incident, { ...finding, verdict });
        return true;
      }),
    closeMembers: ({ campaign, ...finding }) =>
      transact(async (tx) => {
        const over = await readIncident(tx, campaign);
        if (over?.state !== 'open') return [];
        const members = await openMembers(tx, over);
        for (const one of members) await closeOne(tx, one, finding);
        return members.map(toRow);
      }),
  };
}

async function closeOne(tx: RecordsTx, incident: IncidentState, finding: Finding): Promise<void> {
  const { verdict, ...entry } = finding;
  const { at, by, text } = entry;
  await saveIncident(tx, {
    ...noted(incident, entry),
    ...{ state: 'closed', closedAt: at, verdict, alertDueMs: undefined },
  });
  const { id, account } = incident;
  const audit = { at, by, action: 'incident.close', subject: account || id, also: id };
  await addAudit(tx, [{ ...audit, why: `${id}: ${text}` }]);
}

/** Oldest first. What another campaign is of too is closed with that one. */
async function openMembers(
  tx: RecordsTx,
  { id, accounts }: Pick<IncidentRow, 'id' | 'accounts'>,
): Promise<readonly IncidentState[]> {
  const others = (await readOpenCampaigns(tx, MAX_OPEN_CAMPAIGNS)).filter((one) => one.id !== id);
  const elsewhere = new Set(others.flatMap((one) => one.accounts));
  const own = accounts.filter((account) => account !== '' && !elsewhere.has(account));
  if (own.length === 0) return [];
  const rows = await tx
    .selectFrom('incidents')
    .selectAll()
    .where('state', '=', 'open')
    .where('account', 'in', own)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute();
  return rows.map(fromTable);
}
