/**
 * Which texts share one band of their fingerprints: a bucket of locality sensitive hashing. A fixed
 * number of buckets with a fixed number of rows; the row not seen for longest makes room.
 *
 * Header: 4 bytes. Sections: 8 rows of (u32 band and cluster, u32 last seconds).
 */
import { openRecord, toSeconds, type RecordForm, setWord, wordAt } from './record.ts';

export const BAND_ROWS = 8;
const ROW = 8;
const FORM: RecordForm = { kind: 0xd1, version: 1, headerBytes: 4, bodyBytes: BAND_ROWS * ROW };
const RECORD_BYTES = FORM.headerBytes + FORM.bodyBytes;

/** Buckets of each band. */
export const BAND_BUCKETS = 1 << 15;
/** Clusters there can be; a number of this many bits fits a row beside the band's check. */
export const CLUSTER_BITS = 18;
export const CLUSTERS = 1 << CLUSTER_BITS;

/** Which bucket a band's hash falls in, and what tells it from others there. */
export function bucketOf(band: number): number {
  return band & (BAND_BUCKETS - 1);
}

const checkOf = (band: number): number => band >>> CLUSTER_BITS;

/** Clusters with this band seen since `sinceMs`. */
export function clustersIn(
  bytes: Uint8Array | undefined,
  band: number,
  sinceMs: number,
): readonly number[] {
  if (bytes === undefined) return NONE;
  const since = Math.max(1, toSeconds(sinceMs));
  const check = checkOf(band);
  let found: number[] | undefined;
  for (let at = FORM.headerBytes; at + ROW <= bytes.length; at += ROW) {
    const value = wordAt(bytes, at);
    if (value >>> CLUSTER_BITS !== check || wordAt(bytes, at + 4) < since) continue;
    (found ??= []).push(value & (CLUSTERS - 1));
  }
  return found ?? NONE;
}

const NONE: readonly number[] = [];

/** Remembers that a cluster has this band; returns the record to keep. */
export function addCluster(
  record: Uint8Array | undefined,
  band: number,
  seen: { readonly cluster: number; readonly nowMs: number },
): Uint8Array {
  const bytes = record?.length === RECORD_BYTES ? record : openRecord(undefined, FORM);
  const value = ((checkOf(band) << CLUSTER_BITS) | seen.cluster) >>> 0;
  let chosen = FORM.headerBytes;
  let oldest = Infinity;
  for (let at = FORM.headerBytes; at < RECORD_BYTES; at += ROW) {
    const last = wordAt(bytes, at + 4);
    if (last !== 0 && wordAt(bytes, at) === value) {
      chosen = at;
      break;
    }
    if (last < oldest) {
      oldest = last;
      chosen = at;
    }
  }
  setWord(bytes, chosen, value);
  setWord(bytes, chosen + 4, Math.max(1, toSeconds(seen.nowMs)));
  return bytes;
}
