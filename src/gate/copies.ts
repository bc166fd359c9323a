/**
 * Near duplicates in standing state: buckets of locality sensitive hashing tell which texts to
 * compare, one record a text tells who sent it. Both are fixed in number; at their fullest the
 * buckets are 18 MB (8 bands of 32,768, 68 bytes each) and the texts 72 MB (262,144 of at most 282
 * bytes, most have 100).
 */
import { andThen, type Maybe } from '../core/maybe.ts';
import {
  BANDS,
  bandsOf,
  hashOf,
  NEAR_DUPLICATE_ROWS,
  type Fingerprint,
} from '../core/message/fingerprint.ts';
import {
  addCluster,
  BAND_BUCKETS,
  bucketOf,
  CLUSTERS,
  clustersIn,
} from '../core/profile/band-record.ts';
import {
  CLUSTER_HOURS,
  ClusterRecord,
  rankOf,
  rowsShared,
  type ClusterCount,
  type ClusterUse,
} from '../core/profile/cluster-record.ts';
import type { StandingRecord, StandingStore } from '../store/standing.ts';

/** Texts compared for one message, those with most bands in common. */
const MAX_CANDIDATES = 8;
/** Places a new text may take. */
const PLACES = 4;
const NEXT_PLACE = 0x9e37;

/** Where the copies of one text are counted. */
export interface Copies {
  /** Of the text, then of its bands. */
  readonly keys: readonly string[];
  /** @param records of `keys` */
  countWith(records: readonly StandingRecord[], use: ClusterUse): ClusterCount;
  /** Alters `records` to what they are after one more. */
  keep(records: StandingRecord[], at: number, use: ClusterUse): void;
}

// Made once, as the store keeps them: a fresh text for each look-up costs more than the look-up.
const clusterKeys = new Array<string>(CLUSTERS);
const bandKeys = Array.from({ length: BANDS }, () => new Array<string>(BAND_BUCKETS));

function clusterKey(cluster: number): string {
  return (clusterKeys[cluster] ??= `m:c:${cluster}`);
}

function bandKey(band: number, bucket: number): string {
  const keys = bandKeys[band] as string[];
  return (keys[bucket] ??= `m:n:${band}.${bucket}`);
}

/** The cluster the text belongs to, or the place where a new one is kept. */
export function findCopies(
  standing: StandingStore,
  rows: Fingerprint,
  nowMs: number,
): Maybe<Copies> {
  const bands = bandsOf(rows);
  const keys: string[] = [];
  for (let i = 0; i < BANDS; i += 1) keys.push(bandKey(i, bucketOf(bands[i] as number)));
  return andThen(standing.read(keys), (buckets) => {
    const first = hashOf(rows);
    const asked = [...candidatesIn(buckets, bands, nowMs), first % CLUSTERS];
    const found = (cluster: number): Copies =>
      copiesOf(cluster, bands, [clusterKey(cluster), ...keys]);
    return andThen(standing.read(asked.map(clusterKey)), (records) => {
      const near = nearest(records, rows, nowMs);
      if (near >= 0) return found(asked[near] as number);
      // Most texts are new and most places free: the others are looked at only where this one is not.
      if (rankOf(records.at(-1), nowMs) < 0) return found(first % CLUSTERS);
      const places = Array.from({ length: PLACES }, (_, i) => (first + i * NEXT_PLACE) % CLUSTERS);
      return andThen(standing.read(places.map(clusterKey)), (more) => {
        const same = nearest(more, rows, nowMs);
        return found(places[same >= 0 ? same : leastRanked(more, nowMs)] as number);
      });
    });
  });
}

function candidatesIn(
  buckets: readonly StandingRecord[],
  bands: Uint32Array,
  nowMs: number,
): number[] {
  const sinceMs = nowMs - CLUSTER_HOURS * 3_600_000;
  let hits: Map<number, number> | undefined;
  for (let i = 0; i < buckets.length; i += 1) {
    const found = clustersIn(buckets[i], bands[i] as number, sinceMs);
    if (found.length === 0) continue;
    hits ??= new Map<number, number>();
    for (const cluster of found) hits.set(cluster, (hits.get(cluster) ?? 0) + 1);
  }
  if (hits === undefined) return [];
  const most = [...hits].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return most.slice(0, MAX_CANDIDATES).map(([cluster]) => cluster);
}

/** Index of the record with most rows in common; -1 where none has enough. */
function nearest(records: readonly StandingRecord[], rows: Fingerprint, nowMs: number): number {
  let best = -1;
  let mostRows = NEAR_DUPLICATE_ROWS - 1;
  for (let i = 0; i < records.length; i += 1) {
    const shared = rowsShared(records[i], rows, nowMs);
    if (shared > mostRows) {
      mostRows = shared;
      best = i;
    }
  }
  return best;
}

function leastRanked(records: readonly StandingRecord[], nowMs: number): number {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < records.length; i += 1) {
    const rank = rankOf(records[i], nowMs);
    if (rank < least) {
      least = rank;
      best = i;
    }
  }
  return best;
}

function copiesOf(cluster: number, bands: Uint32Array, keys: readonly string[]): Copies {
  return {
    keys,
    countWith: ([record], use) => new ClusterRecord(record, use).countWith(use),
    keep: (records, at, use) => {
      const record = new ClusterRecord(records[at], use);
      record.learn(use);
      records[at] = record.toBytes();
      const seen = { cluster, nowMs: use.nowMs };
      bands.forEach((band, i) => {
        records[at + 1 + i] = addCluster(records[at + 1 + i], band, seen);
      });
    },
  };
}
