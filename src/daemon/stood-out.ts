/** OWN-1: who stood out before we were listed: accounts and campaigns, the likely cause. */
import type { Incident } from '../desk/contract.ts';
import type { DaemonParts } from './parts.ts';

const BEFORE_MS = 3 * 86_400_000;
/** Incidents that are looked through. */
const MAX_INCIDENTS = 500;
const MAX_NAMED = 10;
/** Accounts of one campaign that are named. */
const MAX_ACCOUNTS = 5;

/** A sentence each, the newest first. */
export async function stoodOut({
  desk,
  now,
}: Pick<DaemonParts, 'desk' | 'now'>): Promise<readonly string[]> {
  const incidents = await desk.incidents.list({ limit: MAX_INCIDENTS });
  return incidents
    .filter(({ lastAt }) => now() - Date.parse(lastAt) <= BEFORE_MS)
    .flatMap((incident) => sentenceOf(incident) ?? [])
    .slice(0, MAX_NAMED);
}

function sentenceOf({ id, account, accounts, summary }: Incident): string | undefined {
  const before = 'In the three days before stood out';
  const plain = summary.replace(/\.$/, '');
  if (account !== '' && accounts.length <= 1)
    return `${before} ${account}: ${plain} (incident ${id}).`;
  const all = [...new Set([...(account === '' ? [] : [account]), ...accounts])];
  if (all.length === 0) return undefined;
  const named = all.slice(0, MAX_ACCOUNTS).join(', ');
  const more = all.length > MAX_ACCOUNTS ? ` and ${all.length - MAX_ACCOUNTS} more` : '';
  return `${before} a campaign of ${all.length} accounts (${named}${more}): ${plain} (incident ${id}).`;
}
