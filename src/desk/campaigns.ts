/**
 * Campaigns: accounts whose incidents share a text, a link, a subject or an address, and how far it
 * reaches: accounts, decisions, held messages, locks. One text from several accounts is one matter.
 */
import type { HoldRow } from '../store/records/hold-contract.ts';
import type { IncidentRow, Records, TraitCluster } from '../store/records/contract.ts';
import { campaignOver, type OpenCampaign } from '../store/records/open-campaigns.ts';
import type { Health } from './health.ts';
import type { Campaign } from './people-contract.ts';

const DAY_MS = 86_400_000;
export const MAX_CAMPAIGNS = 50;
/** Accounts and incidents named of one campaign; the counts are of all. */
export const MAX_NAMED = 100;
/** Held messages looked through for those of its accounts. */
const MAX_HELD = 500;

interface CampaignParts {
  readonly records: Records;
  readonly health: Health;
  readonly now: () => number;
  readonly isLocked: (account: string) => boolean;
}

export async function campaignsOf(
  parts: CampaignParts,
  { days }: { readonly days: number },
): Promise<readonly Campaign[]> {
  const { records, health, now } = parts;
  const since = new Date(now() - days * DAY_MS).toISOString();
  const clusters = joinEqual(await health.read(() => records.incidents.clusters(since)));
  const held = await health.read(() => records.holds.list({ isOpen: true, limit: MAX_HELD }));
  const open = await health.read(() => records.incidents.openCampaigns());
  const known = new Map<string, IncidentRow>();
  const campaigns: Campaign[] = [];
  for (const { shared, ids } of clusters.slice(0, MAX_CAMPAIGNS)) {
    for (const id of ids.slice(0, MAX_NAMED)) {
      const row = known.get(id) ?? (await health.read(() => records.incidents.get(id)));
      if (row !== undefined) known.set(id, row);
    }
    const rows = ids.flatMap((id) => known.get(id) ?? []);
    const { isLocked } = parts;
    campaigns.push(describe(rows, { shared, held, open, isLocked, total: ids.length }));
  }
  return campaigns;
}

interface Joined {
  readonly shared: string[];
  readonly ids: readonly string[];
}

/** Traits of the very same incidents are one campaign, told by all that they share. */
function joinEqual(clusters: readonly TraitCluster[]): readonly Joined[] {
  const joined = new Map<string, Joined>();
  for (const { trait, incidents } of clusters) {
    const ids = [...incidents].sort();
    const key = ids.join(' ');
    const before = joined.get(key);
    if (before === undefined) joined.set(key, { shared: [trait], ids });
    else before.shared.push(trait);
  }
  return [...joined.values()];
}

function describe(
  rows: readonly IncidentRow[],
  given: {
    readonly shared: readonly string[];
    readonly held: readonly HoldRow[];
    readonly open: readonly OpenCampaign[];
    readonly isLocked: (account: string) => boolean;
    readonly total: number;
  },
): Campaign {
  const accounts = [...new Set(rows.map(({ account }) => account))].sort();
  const held = given.held.filter(({ account }) => accounts.includes(account));
  const sorted = [...rows].sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1));
  const incident = campaignOver(given.open, accounts)?.id;
  return {
    shared: given.shared.slice(0, 20),
    accounts,
    ...(incident === undefined ? {} : { incident }),
    incidents: sorted.map(({ id, account, summary, state, openedAt }) => ({
      ...{ id, account, summary, state, openedAt },
    })),
    isCut: given.total > rows.length,
    decisions: rows.reduce((sum, { count }) => sum + count, 0),
    heldMessages: held.length,
    heldRecipients: held.reduce((sum, { recipients }) => sum + recipients, 0),
    locked: accounts.filter((account) => given.isLocked(account)).length,
    firstAt: sorted[0]?.openedAt ?? '',
    lastAt: rows.reduce((last, { updatedAt }) => (updatedAt > last ? updatedAt : last), ''),
  };
}
