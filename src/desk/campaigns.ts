/**
 * Campaigns: accounts whose incidents share a text, a link, a subject or an address, and how far it
 * reaches: accounts, decisions, held messages, locks. One text from several accounts is one matter.
 */
import type { IncidentLine, Records, TraitCluster } from '../store/records/contract.ts';
import type { HeldOfAccount } from '../store/records/hold-contract.ts';
import { campaignOver, type OpenCampaign } from '../store/records/open-campaigns.ts';
import type { Health } from './health.ts';
import { readDetail } from './notice.ts';
import type { Campaign } from './people-contract.ts';

const DAY_MS = 86_400_000;
/** The days go on where nothing changes. */
const KEPT_MS = 60_000;
export const MAX_CAMPAIGNS = 50;
/** Accounts and incidents named of one campaign; the counts are of all. */
export const MAX_NAMED = 100;

interface CampaignParts {
  readonly records: Records;
  readonly health: Health;
  readonly now: () => number;
  readonly isLocked: (account: string) => boolean;
}

/** What is read of all campaigns at once: one by one, five thousand incidents are a second. */
interface Known {
  readonly lines: ReadonlyMap<string, IncidentLine>;
  readonly held: ReadonlyMap<string, HeldOfAccount>;
  readonly open: readonly OpenCampaign[];
  readonly isLocked: (account: string) => boolean;
}

async function campaignsOf(
  parts: CampaignParts,
  { days }: { readonly days: number },
): Promise<readonly Campaign[]> {
  const since = new Date(parts.now() - days * DAY_MS).toISOString();
  const { health, records } = parts;
  const clusters = joinEqual(await health.read(() => records.incidents.clusters(since)));
  const shown = clusters
    .slice(0, MAX_CAMPAIGNS)
    .map(({ shared, ids }) => ({ shared, total: ids.length, ids: ids.slice(0, MAX_NAMED) }));
  const known = await readKnown(
    parts,
    shown.flatMap(({ ids }) => ids),
  );
  return shown.map((cluster) => describe(cluster, known));
}

async function readKnown(
  { records, health, isLocked }: CampaignParts,
  ids: readonly string[],
): Promise<Known> {
  const lines = await health.read(() => records.incidents.lines(ids));
  const accounts = lines.map(({ account }) => account);
  const held = await health.read(() => records.holds.heldOf(accounts));
  return {
    lines: new Map(lines.map((line) => [line.id, line])),
    held: new Map(held.map((one) => [one.account, one])),
    open: await health.read(() => records.incidents.openCampaigns()),
    isLocked,
  };
}

/**
 * What is read once for everybody who looks, and again when something on record has changed: all look
 * again at once when it has.
 */
export class Campaigns {
  readonly #parts: CampaignParts;
  readonly #read = new Map<
    number,
    { readonly atMs: number; readonly campaigns: Promise<readonly Campaign[]> }
  >();

  constructor(parts: CampaignParts) {
    this.#parts = parts;
  }

  list(days: number): Promise<readonly Campaign[]> {
    const known = this.#read.get(days);
    const atMs = this.#parts.now();
    if (known !== undefined && atMs - known.atMs < KEPT_MS) return known.campaigns;
    const reading = campaignsOf(this.#parts, { days });
    this.#read.set(days, { atMs, campaigns: reading });
    // What could not be read is read again.
    reading.catch(() => this.#read.delete(days));
    return reading;
  }

  changed(): void {
    this.#read.clear();
  }
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

/** The newest decision of any: what people did with one since is no news of the campaign. */
export function newestOf(rows: readonly Pick<IncidentLine, 'lastAt'>[]): string {
  return rows.reduce((last, { lastAt }) => (lastAt > last ? lastAt : last), '');
}

interface Cluster {
  readonly shared: readonly string[];
  readonly ids: readonly string[];
  readonly total: number;
}

function describe({ shared, ids, total }: Cluster, known: Known): Campaign {
  const rows = ids.flatMap((id) => known.lines.get(id) ?? []);
  const accounts = [...new Set(rows.map(({ account }) => account))].sort();
  const held = accounts.flatMap((account) => known.held.get(account) ?? []);
  const sorted = [...rows].sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1));
  const incident = campaignOver(known.open, accounts);
  const reach = incident && readDetail(incident)?.campaign?.reach;
  return {
    shared: shared.slice(0, 20),
    accounts,
    ...(incident === undefined ? {} : { incident: incident.id }),
    ...(reach === undefined ? {} : { reach }),
    incidents: sorted.map(({ id, account, summary, state, openedAt }) => ({
      ...{ id, account, summary, state, openedAt },
    })),
    isCut: total > rows.length,
    decisions: rows.reduce((sum, { count }) => sum + count, 0),
    heldMessages: held.reduce((sum, { messages }) => sum + messages, 0),
    heldRecipients: held.reduce((sum, { recipients }) => sum + recipients, 0),
    locked: accounts.filter((account) => known.isLocked(account)).length,
    firstAt: sorted[0]?.openedAt ?? '',
    lastAt: newestOf(rows),
  };
}
