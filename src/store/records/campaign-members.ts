/**
 * The incidents of a campaign's accounts, and what they share: what an incident over several accounts
 * is of. Read in pieces, so that a thousand accounts are no single statement.
 */
import type { CampaignMember, IncidentLine, TraitCluster } from './contract.ts';
import type { HeldOfAccount } from './hold-contract.ts';
import type { RecordsTx } from './tables.ts';

/** Values of one statement; SQLite takes 32,766. */
const PIECE = 500;
/** Incidents of one campaign looked at, the newest of each piece of accounts. */
const MAX_MEMBERS = 1_000;

const LINE = ['id', 'account', 'summary', 'state', 'openedAt', 'lastAt', 'count'] as const;

/** Newest first. */
export async function readMembers(
  tx: RecordsTx,
  { accounts, since, until }: { accounts: readonly string[]; since: string; until: string },
): Promise<CampaignMember[]> {
  const found: CampaignMember[] = [];
  for (const piece of piecesOf(accounts)) {
    const rows = await tx
      .selectFrom('incidents')
      .select([...LINE, 'practice', 'references', 'detail'])
      .where('account', 'in', piece)
      .where('openedAt', '>=', since)
      .where('openedAt', '<=', until)
      .orderBy('id', 'desc')
      .limit(MAX_MEMBERS)
      .execute();
    for (const { references, ...row } of rows) {
      found.push({ ...row, references: JSON.parse(references) as CampaignMember['references'] });
    }
  }
  return found.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, MAX_MEMBERS);
}

/** Of those incidents that exist, without what is long in them. */
export async function readLines(tx: RecordsTx, ids: readonly string[]): Promise<IncidentLine[]> {
  const found: IncidentLine[] = [];
  for (const piece of piecesOf(ids)) {
    const rows = tx.selectFrom('incidents').select(LINE).where('id', 'in', piece);
    found.push(...(await rows.execute()));
  }
  return found;
}

/** Traits of these incidents with those that have each. */
export async function readTraits(
  tx: RecordsTx,
  ids: readonly string[],
): Promise<readonly TraitCluster[]> {
  const byTrait = new Map<string, string[]>();
  for (const piece of piecesOf(ids)) {
    const rows = await tx
      .selectFrom('incidentTraits')
      .selectAll()
      .where('incident', 'in', piece)
      .execute();
    for (const { trait, incident } of rows) {
      const known = byTrait.get(trait);
      if (known === undefined) byTrait.set(trait, [incident]);
      else known.push(incident);
    }
  }
  return [...byTrait].map(([trait, incidents]) => ({ trait, incidents }));
}

/** What is held now of each of these accounts. */
export async function readHeld(
  tx: RecordsTx,
  accounts: readonly string[],
): Promise<HeldOfAccount[]> {
  const found: HeldOfAccount[] = [];
  for (const piece of piecesOf(accounts)) {
    const rows = await tx
      .selectFrom('holds')
      .select((eb) => [
        'account',
        eb.fn.countAll().as('messages'),
        eb.fn.sum('recipients').as('recipients'),
      ])
      .where('account', 'in', piece)
      .where('closedAt', 'is', null)
      .groupBy('account')
      .execute();
    for (const { account, messages, recipients } of rows) {
      found.push({ account, messages: Number(messages), recipients: Number(recipients) });
    }
  }
  return found;
}

function piecesOf(values: readonly string[]): string[][] {
  const all = [...new Set(values)];
  return Array.from({ length: Math.ceil(all.length / PIECE) }, (_, i) =>
    all.slice(i * PIECE, (i + 1) * PIECE),
  );
}
