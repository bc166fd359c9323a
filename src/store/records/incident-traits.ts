/** Traits of incidents: what two of them may share, so that one tells of the other (FBK-7). */
import type { IncidentRow } from './contract.ts';
import { fromTable, toRow } from './incident.ts';
import type { RecordsTx } from './tables.ts';

/** Traits kept of one incident. */
export const MAX_TRAITS = 40;
/** Incidents looked through for those that share a trait; a trait of all tells nothing. */
const MAX_SHARING = 500;
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

export async function findSimilar(
  tx: RecordsTx,
  { id, limit, except }: { id: string; limit: number; except: readonly string[] },
) {
  const others = new Set(except);
  const traits = await traitsOf(tx, id);
  if (traits.length === 0) return [];
  const rows = await tx
    .selectFrom('incidentTraits')
    .selectAll()
    .where('trait', 'in', traits)
    .where('incident', '!=', id)
    .orderBy('incident', 'desc')
    .limit(MAX_SHARING + except.length)
    .execute();
  const shared = new Map<string, string[]>();
  for (const { incident, trait } of rows) {
    if (others.has(incident)) continue;
    shared.set(incident, [...(shared.get(incident) ?? []), trait]);
  }
  const best = [...shared].sort((a, b) => b[1].length - a[1].length).slice(0, limit);
  const found: { incident: IncidentRow; shared: readonly string[] }[] = [];
  for (const [other, names] of best) {
    const query = tx.selectFrom('incidents').selectAll().where('id', '=', other);
    const row = await query.executeTakeFirst();
    if (row !== undefined) found.push({ incident: toRow(fromTable(row)), shared: names.sort() });
  }
  return found;
}
