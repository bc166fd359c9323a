/**
 * Open incidents that people opened over several accounts. One campaign is one matter: who opens it a
 * second time is given the one that is open, with the accounts that came meanwhile.
 */
import { sql } from 'kysely';
import type { AccountCampaign, IncidentRow } from './contract.ts';
import type { RecordsTx } from './tables.ts';

/** Open campaigns looked at whenever somebody reads, the newest; more are no help to anybody. */
export const MAX_OPEN_CAMPAIGNS = 50;
/** Those looked at before another is opened, which happens seldom: none must be there twice. */
export const MAX_JOINABLE = 1_000;
/** Accounts of one campaign kept by name. */
export const MAX_ACCOUNTS = 1_000;

export type OpenCampaign = Pick<IncidentRow, 'id' | 'accounts' | 'detail'>;

/** Newest first. */
export async function readOpenCampaigns(tx: RecordsTx, limit: number): Promise<OpenCampaign[]> {
  const rows = await tx
    .selectFrom('incidents')
    .select(['id', 'accounts', 'detail'])
    // Literally, so that the index of what is open serves (sqlite.org/partialindex.html).
    .where(sql<boolean>`state = 'open' and account = ''`)
    .where(sql<boolean>`cause >= 'campaign:' and cause < 'campaign;'`)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ accounts, ...row }) => ({
    ...row,
    accounts: JSON.parse(accounts) as IncidentRow['accounts'],
  }));
}

/** Looked up here: thousands of names are not to be handed over for a few. */
export async function readCampaignsOf(
  tx: RecordsTx,
  accounts: readonly string[],
): Promise<AccountCampaign[]> {
  const asked = new Set(accounts);
  const found = new Map<string, string>();
  for (const { id, accounts: members } of await readOpenCampaigns(tx, MAX_OPEN_CAMPAIGNS)) {
    for (const account of members) {
      if (asked.has(account) && !found.has(account)) found.set(account, id);
    }
  }
  return [...found].map(([account, id]) => ({ account, id }));
}

/** The one over these accounts: it has all of them, or they have all of its own, as a campaign grows. */
export function campaignOver(
  open: readonly OpenCampaign[],
  accounts: readonly string[],
): OpenCampaign | undefined {
  if (accounts.length < 2) return undefined;
  const asked = new Set(accounts);
  return open.find((campaign) => {
    const shared = campaign.accounts.filter((account) => asked.has(account)).length;
    return shared > 1 && shared === Math.min(asked.size, campaign.accounts.length);
  });
}

/** Joins what is not in it yet. */
export function joinedAccounts(known: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...known, ...more])].slice(0, MAX_ACCOUNTS);
}
