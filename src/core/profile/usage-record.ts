/**
 * Small lists kept as JSON in a standing record, off the hot path: sender addresses that the
 * directory does not name (ACC-2), and clients that relay without AUTH (ACC-1).
 */

/** Rows of one record; the least used makes room. */
export const MAX_USAGE_ROWS = 16;
/** A longer name is nobody's address (RFC 5321 section 4.5.3.1: 64 + 1 + 255). */
const MAX_NAME = 320;

export interface UsageRow {
  readonly name: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly messages: number;
  readonly recipients: number;
  /** Days on which it was used. */
  readonly days: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function readUsage(record: Uint8Array | undefined): UsageRow[] {
  if (record === undefined) return [];
  try {
    const rows: unknown = JSON.parse(decoder.decode(record));
    return Array.isArray(rows) ? (rows as UsageRow[]) : [];
  } catch {
    return [];
  }
}

/** Counts one accepted message under a name; returns the record to keep. */
export function addUsage(
  record: Uint8Array | undefined,
  name: string,
  use: { readonly nowMs: number; readonly recipients: number },
): Uint8Array {
  const short = name.slice(0, MAX_NAME);
  const rows = readUsage(record);
  const known = rows.find((row) => row.name === short);
  const day = (ms: number): number => Math.floor(ms / 86_400_000);
  const row: UsageRow = {
    name: short,
    firstMs: known?.firstMs ?? use.nowMs,
    lastMs: use.nowMs,
    messages: (known?.messages ?? 0) + 1,
    recipients: (known?.recipients ?? 0) + use.recipients,
    days: (known?.days ?? 0) + (known && day(known.lastMs) === day(use.nowMs) ? 0 : 1),
  };
  const others = rows.filter((other) => other.name !== short);
  others.sort((a, b) => b.messages - a.messages);
  return encoder.encode(JSON.stringify([row, ...others.slice(0, MAX_USAGE_ROWS - 1)]));
}
