/** A hold between its row in SQL and the value; when it wants something follows from the value. */
import type { HoldRow } from './hold-contract.ts';
import type { HoldTable } from './tables.ts';

const OPTIONAL_TIMES = [
  'releaseAtMs',
  'remindAtMs',
  'escalateAtMs',
  'expiresAtMs',
  'checkAtMs',
  'retryAtMs',
] as const;

export function holdFromTable(row: HoldTable): HoldRow {
  const { reasons, closedAt, seenArrivalSeconds, seenSender, ...rest } = row;
  const { dueMs: _due, workMs: _work, ...kept } = rest;
  const times: Partial<Record<(typeof OPTIONAL_TIMES)[number], number>> = {};
  for (const name of OPTIONAL_TIMES) {
    const value = row[name];
    if (value !== null) times[name] = value;
  }
  const { releaseAtMs: _1, remindAtMs: _2, escalateAtMs: _3, ...plain } = kept;
  const { expiresAtMs: _4, checkAtMs: _5, retryAtMs: _6, ...values } = plain;
  return {
    ...values,
    ...times,
    reasons: JSON.parse(reasons) as HoldRow['reasons'],
    ...(closedAt === null ? {} : { closedAt }),
    ...(seenArrivalSeconds === null || seenSender === null
      ? {}
      : { seen: { arrivalSeconds: seenArrivalSeconds, sender: seenSender } }),
  };
}

export function holdToTable(hold: HoldRow): HoldTable {
  const { seen, ...rest } = hold;
  const times = Object.fromEntries(
    OPTIONAL_TIMES.map((name) => [name, hold[name] ?? null]),
  ) as Record<(typeof OPTIONAL_TIMES)[number], number | null>;
  return {
    ...rest,
    ...times,
    reasons: JSON.stringify(hold.reasons),
    closedAt: hold.closedAt ?? null,
    seenArrivalSeconds: seen?.arrivalSeconds ?? null,
    seenSender: seen?.sender ?? null,
    dueMs: hold.state === 'held' ? clockOf(hold) : null,
    workMs: hold.closedAt === undefined ? workOf(hold) : null,
  };
}

function clockOf(hold: HoldRow): number | null {
  const { releaseAtMs, remindAtMs, escalateAtMs, expiresAtMs } = hold;
  // What lets itself go asks nobody; an end comes after somebody else was asked.
  if (releaseAtMs !== undefined) return releaseAtMs;
  return earliest([remindAtMs, escalateAtMs ?? expiresAtMs]);
}

function workOf(hold: HoldRow): number | null {
  if (hold.state !== 'held') return hold.retryAtMs ?? 0;
  return earliest([hold.checkAtMs, hold.notice === 'due' ? (hold.retryAtMs ?? 0) : undefined]);
}

function earliest(times: readonly (number | undefined)[]): number | null {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? null : Math.min(...given);
}
