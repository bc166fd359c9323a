/**
 * ACC-1: who sends without AUTH, and who tries. What was let out is kept by client. What was refused
 * comes from anybody, so it shares a fixed number of small records: who tries often stays in them,
 * who tries once makes room.
 */
import type { KeyedHash } from '../core/hash.ts';
import { readUsage, type UsageRow } from '../core/profile/usage-record.ts';
import type { RelayReport } from '../core/report.ts';
import type { StandingStore } from '../store/standing.ts';

const SENT = 'r:';
const REFUSED = 'q:';
/** Records of refused clients, 16 rows each. */
export const REFUSED_BUCKETS = 64;

/** What was sent, then what was refused. */
export function relayKeys(address: string, hash: KeyedHash): readonly [string, string] {
  return [`${SENT}${address}`, `${REFUSED}${hash.low(`relay|${address}`) % REFUSED_BUCKETS}`];
}

/** Name of a row of refused mail; an address has no space. */
export function refusedName(address: string, identity: string): string {
  return `${address} ${identity}`;
}

type Both = { -readonly [K in keyof RelayReport]: RelayReport[K] };

/** Most mail first, then most refused. */
export async function reportRelays(standing: StandingStore): Promise<RelayReport[]> {
  const reports = new Map<string, Both>();
  for await (const [key, record] of standing.scan(SENT)) {
    const clientAddress = key.slice(SENT.length);
    for (const row of readUsage(record)) {
      const report = reportOf(reports, clientAddress, row.name, row);
      report.messages += row.messages;
      report.recipients += row.recipients;
    }
  }
  for await (const [, record] of standing.scan(REFUSED)) {
    for (const row of readUsage(record)) {
      const [clientAddress = '', ...rest] = row.name.split(' ');
      reportOf(reports, clientAddress, rest.join(' '), row).refused += row.messages;
    }
  }
  return [...reports.values()].sort((a, b) => b.messages - a.messages || b.refused - a.refused);
}

function reportOf(
  reports: Map<string, Both>,
  clientAddress: string,
  identity: string,
  { firstMs, lastMs }: UsageRow,
): Both {
  const name = refusedName(clientAddress, identity);
  const firstAt = new Date(firstMs).toISOString();
  const lastAt = new Date(lastMs).toISOString();
  const known = reports.get(name);
  if (known === undefined) {
    const fresh = {
      identity,
      clientAddress,
      firstAt,
      lastAt,
      messages: 0,
      recipients: 0,
      refused: 0,
    };
    reports.set(name, fresh);
    return fresh;
  }
  if (firstAt < known.firstAt) known.firstAt = firstAt;
  if (lastAt > known.lastAt) known.lastAt = lastAt;
  return known;
}
