/**
 * Recipients that do not exist, and those that complained, by keyed hash. A fixed number of buckets
 * with a bounded number of rows; the row not confirmed for longest makes room. At the fullest 16,384
 * buckets of 516 bytes, 8 MiB, about 524,000 recipients.
 *
 * Header: 4 bytes. Rows: recipient u32, account u32, time u32, kind u8, times u8, 2 pad.
 */
import { createRecord, toSeconds, viewOf, type RecordForm } from './record.ts';
import type { SeenItem } from './seen-record.ts';

export const SUPPRESSION_BUCKETS = 1 << 14;
export const MAX_SUPPRESSION_ROWS = 32;
const ROW = 16;
const KINDS = { unknown: 1, complained: 2 } as const;
const FORM: RecordForm = { kind: 0xe3, version: 1, headerBytes: 4, bodyBytes: 0 };

export type SuppressionKind = keyof typeof KINDS;

/** Why a recipient should not be written to. */
export interface Suppression {
  readonly kind: SuppressionKind;
  readonly atMs: number;
  /** Told to the asking account itself, not to another of the platform. */
  readonly isOwn: boolean;
}

/** Which bucket a recipient falls in. */
export function suppressionBucket(recipient: SeenItem): number {
  return recipient[0] & (SUPPRESSION_BUCKETS - 1);
}

/** That it does not exist holds for everybody; a complaint is about the account it names. */
export function findSuppression(
  record: Uint8Array | undefined,
  asked: {
    readonly recipient: SeenItem;
    readonly account: number;
    readonly since: Readonly<Record<SuppressionKind, number>>;
  },
): Suppression | undefined {
  if (record?.[1] !== FORM.kind) return undefined;
  const view = viewOf(record);
  let found: Suppression | undefined;
  for (let at = FORM.headerBytes; at + ROW <= record.length; at += ROW) {
    if (view.getUint32(at, true) !== asked.recipient[1]) continue;
    const kind = record[at + 12] === KINDS.complained ? 'complained' : 'unknown';
    const atMs = view.getUint32(at + 8, true) * 1000;
    const isOwn = view.getUint32(at + 4, true) === asked.account;
    if (atMs < asked.since[kind] || (kind === 'complained' && !isOwn)) continue;
    if (found === undefined || kind === 'complained') found = { kind, atMs, isOwn };
  }
  return found;
}

/** All that is known of a recipient, whoever it is about. */
export function suppressionRows(
  record: Uint8Array | undefined,
  recipient: SeenItem,
): readonly {
  readonly kind: SuppressionKind;
  readonly atMs: number;
  readonly times: number;
  readonly account: number;
}[] {
  if (record?.[1] !== FORM.kind) return [];
  const view = viewOf(record);
  return (['unknown', 'complained'] as const).flatMap((kind) =>
    rowsOf(record, recipient, kind).map((at) => ({
      ...{ kind, account: view.getUint32(at + 4, true) },
      ...{ atMs: view.getUint32(at + 8, true) * 1000, times: record[at + 13] ?? 0 },
    })),
  );
}

/** Whether the recipient has a row of that kind, whoever it is about. */
export function hasSuppression(
  record: Uint8Array | undefined,
  recipient: SeenItem,
  kind: SuppressionKind,
): boolean {
  return record?.[1] === FORM.kind && rowsOf(record, recipient, kind).length > 0;
}

/** Remembers a recipient; returns the record to keep. */
export function suppress(
  record: Uint8Array | undefined,
  entry: {
    readonly recipient: SeenItem;
    readonly account: number;
    readonly kind: SuppressionKind;
    readonly nowMs: number;
  },
): Uint8Array {
  let bytes = record?.[1] === FORM.kind ? record : createRecord(FORM);
  const { recipient, account, kind } = entry;
  const [known] = rowsOf(bytes, recipient, kind).filter(
    (at) => kind === 'unknown' || viewOf(bytes).getUint32(at + 4, true) === account,
  );
  let at = known ?? oldestOf(bytes);
  if (at === undefined) {
    at = bytes.length;
    const longer = new Uint8Array(at + ROW);
    longer.set(bytes);
    bytes = longer;
  }
  const view = viewOf(bytes);
  view.setUint32(at, recipient[1], true);
  view.setUint32(at + 4, account, true);
  view.setUint32(at + 8, Math.max(1, toSeconds(entry.nowMs)), true);
  bytes[at + 12] = KINDS[kind];
  bytes[at + 13] = known === undefined ? 1 : Math.min(255, (bytes[at + 13] ?? 0) + 1);
  return bytes;
}

/** Forgets what was said of a recipient; of a complaint only that about `account`. */
export function unsuppress(
  record: Uint8Array | undefined,
  entry: { readonly recipient: SeenItem; readonly kind: SuppressionKind; readonly account: number },
): Uint8Array | undefined {
  if (record?.[1] !== FORM.kind) return record;
  const { recipient, kind, account } = entry;
  const view = viewOf(record);
  const gone = rowsOf(record, recipient, kind).filter(
    (at) => kind === 'unknown' || view.getUint32(at + 4, true) === account,
  );
  return without(record, gone);
}

/** Forgets all of it. */
export function unsuppressAll(
  record: Uint8Array | undefined,
  recipient: SeenItem,
): Uint8Array | undefined {
  if (record?.[1] !== FORM.kind) return record;
  const kinds = Object.keys(KINDS) as SuppressionKind[];
  return without(
    record,
    kinds.flatMap((kind) => rowsOf(record, recipient, kind)),
  );
}

function without(record: Uint8Array, gone: readonly number[]): Uint8Array | undefined {
  if (gone.length === 0) return record;
  const kept = createRecord({
    ...FORM,
    bodyBytes: record.length - FORM.headerBytes - gone.length * ROW,
  });
  let into = FORM.headerBytes;
  for (let at = FORM.headerBytes; at + ROW <= record.length; at += ROW) {
    if (gone.includes(at)) continue;
    kept.set(record.subarray(at, at + ROW), into);
    into += ROW;
  }
  return kept.length === FORM.headerBytes ? undefined : kept;
}

function rowsOf(bytes: Uint8Array, recipient: SeenItem, kind: SuppressionKind): number[] {
  const view = viewOf(bytes);
  const rows: number[] = [];
  for (let at = FORM.headerBytes; at + ROW <= bytes.length; at += ROW) {
    if (view.getUint32(at, true) === recipient[1] && bytes[at + 12] === KINDS[kind]) rows.push(at);
  }
  return rows;
}

/** The row that makes room; undefined while there is some. */
function oldestOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < FORM.headerBytes + MAX_SUPPRESSION_ROWS * ROW) return undefined;
  const view = viewOf(bytes);
  let oldest = FORM.headerBytes;
  for (let at = oldest; at + ROW <= bytes.length; at += ROW) {
    if (view.getUint32(at + 8, true) < view.getUint32(oldest + 8, true)) oldest = at;
  }
  return oldest;
}
