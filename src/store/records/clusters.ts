/** What several accounts have in common: traits of their incidents, each with who shares it. */
import { sql } from 'kysely';
import type { TraitCluster } from './contract.ts';
import type { RecordsTx } from './tables.ts';

/** Newest incidents looked through; what happened before is no campaign of today. */
const MAX_INCIDENTS = 5_000;
/** Traits given, those of most accounts first. */
const MAX_CLUSTERS = 200;
/** Incidents named of one trait. */
const MAX_NAMED = 500;
/** A network, a program or a signal is shared by the innocent; these hardly ever are. */
export const TELLING_TRAITS = ['text', 'link', 'subject', 'address', 'source'] as const;

export async function findClusters(tx: RecordsTx, since: string): Promise<TraitCluster[]> {
  const newest = tx
    .selectFrom('incidents')
    .select(['id', 'account'])
    .where('openedAt', '>=', since)
    .where('account', '!=', '')
    .orderBy('id', 'desc')
    .limit(MAX_INCIDENTS)
    .as('newest');
  const rows = await tx
    .selectFrom(newest)
    .innerJoin('incidentTraits', 'incidentTraits.incident', 'newest.id')
    .select([
      'trait',
      sql<number>`count(distinct account)`.as('accounts'),
      sql<string>`group_concat(newest.id)`.as('ids'),
    ])
    // As ranges: LIKE looks at each letter in both cases, of all traits of thousands of incidents.
    .where((eb) =>
      eb.or(
        TELLING_TRAITS.map((name) =>
          eb.and([eb('trait', '>=', `${name}:`), eb('trait', '<', `${name};`)]),
        ),
      ),
    )
    .groupBy('trait')
    .having(sql<number>`count(distinct account)`, '>=', 2)
    .orderBy('accounts', 'desc')
    .orderBy('trait')
    .limit(MAX_CLUSTERS)
    .execute();
  return rows.map(({ trait, ids }) => ({ trait, incidents: ids.split(',').slice(0, MAX_NAMED) }));
}
