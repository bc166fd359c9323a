/** Traits of incidents: what two of them may share, so that one tells of the other (FBK-7). */
import type { IncidentRow } from './contract.ts';
import { fromTable, toRow } from './incident.ts';
import { TELLING_TRAITS } from './clusters.ts';
import type { RecordsTx } from './tables.ts';

/** Traits kept of one incident. */
export const MAX_TRAITS = 40;
/** Incidents looked at that share one trait, the newest: what more have than that tells little. */
const MAX_SHARING = 100;
/** Which rule acted says nothing of who was at work: thousands have it in common. */
const RULES = ['signal:', 'cause:'];
/** What one of the telling traits weighs beside all that many may share. */
const TELLING = 10;

export async function addTraits(
  tx: RecordsTx,
  id: string,
  traits: readonly string[],
): Promise<void> {
  const known = new Set(await traitsOf(tx, id));
  const fresh = [...new Set(traits)].filter((trait) => !known.has(trait));
  await insertTraits(tx, id, fresh.slice(0, Math.max(0, MAX_TRAITS - known.size)));
}

/** Of an incident that has none yet: under a flood of them every statement counts. */
export async function insertTraits(
  tx: RecordsTx,
  id: string,
  traits: readonly string[],
): Promise<void> {
  const rows = [...new Set(traits)].slice(0, MAX_TRAITS).map((trait) => ({ trait, incident: id }));
  if (rows.length > 0) await tx.insertInto('incidentTraits').values(rows).execute();
}

async function traitsOf(tx: RecordsTx, id: string): Promise<string[]> {
  const query = tx.selectFrom('incidentTraits').select('trait').where('incident', '=', id);
  return (await query.execute()).map(({ trait }) => trait);
}

/** Those that tell most of it first: what few share, and what the innocent hardly ever do. */
export async function findSimilar(
  tx: RecordsTx,
  { id, limit, except }: { id: string; limit: number; except: readonly string[] },
) {
  const traits = await traitsOf(tx, id);
  const others = new Set([id, ...except]);
  const weights = new Map<string, number>();
  for (const trait of traits.filter(isOfSomebody)) {
    const sharing = (await newestWith(tx, trait, others.size)).filter((one) => !others.has(one));
    const weight = (isTellingTrait(trait) ? TELLING : 1) / sharing.length;
    for (const one of sharing) weights.set(one, (weights.get(one) ?? 0) + weight);
  }
  const best = [...weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1)).slice(0, limit);
  const found: { incident: IncidentRow; shared: readonly string[] }[] = [];
  for (const [other] of best) {
    const query = tx.selectFrom('incidents').selectAll().where('id', '=', other);
    const row = await query.executeTakeFirst();
    if (row === undefined) continue;
    const theirs = new Set(await traitsOf(tx, other));
    const shared = traits.filter((trait) => theirs.has(trait)).sort();
    found.push({ incident: toRow(fromTable(row)), shared });
  }
  return found;
}

async function newestWith(tx: RecordsTx, trait: string, more: number): Promise<string[]> {
  const rows = await tx
    .selectFrom('incidentTraits')
    .select('incident')
    .where('trait', '=', trait)
    .orderBy('incident', 'desc')
    .limit(MAX_SHARING + more)
    .execute();
  return rows.map(({ incident }) => incident);
}

const isOfSomebody = (trait: string): boolean => !RULES.some((rule) => trait.startsWith(rule));
const isTellingTrait = (trait: string): boolean =>
  TELLING_TRAITS.some((name) => trait.startsWith(`${name}:`));
