/** From counts to the figures of the table: medians and tails, rates with intervals at 95 %. */
import { quantile, shareInterval, type Interval } from './intervals.ts';
import { DAY_MS, type Case, type Tally } from './tally.ts';

export interface Rate {
  readonly count: number;
  readonly of: number;
  readonly rate: number;
  readonly interval: Interval;
}

export interface Spread {
  readonly median: number | undefined;
  readonly p90: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
}

export interface PersonaScore {
  readonly persona: string;
  readonly takeovers: number;
  /** Recipients, messages, and recipients with those after the first action. */
  readonly leak: Spread;
  readonly leakedMessages: Spread;
  readonly leakTotal: Spread;
  /** From the first malicious message, and from the first login of the thief; of those acted on. */
  readonly hoursFromMessage: Spread;
  readonly hoursFromTakeover: Spread;
  /** Leak above 100, or no action in 14 days. */
  readonly misses: Rate;
  readonly locked: number;
}

/** Share of alarms that are right. */
export interface Ppv {
  /** `undefined` when there was no alarm at all. */
  readonly rate: number | undefined;
  /** With the worse ends of both intervals. */
  readonly atLeast: number;
}

export interface Score {
  readonly submissions: number;
  readonly identities: number;
  readonly identityDays: { readonly calendar: number; readonly active: number };
  readonly personas: readonly PersonaScore[];
  /** All takeovers together. */
  readonly actedWithin14Days: Rate;
  readonly neverLock: { readonly cases: number; readonly locked: number };
  readonly falseHolds: { readonly calendar: Rate; readonly active: Rate };
  readonly falseLocks: { readonly calendar: Rate; readonly active: Rate };
  readonly falseHoldsByClass: Readonly<Record<string, Rate>>;
  readonly refusedLogins: number;
  readonly delayed: Rate;
  /** Owners' mail that was stopped in and after a takeover of the account. */
  readonly ownersDelayed: number;
  readonly medianDelayMinutes: number | undefined;
  /** Share of true alarms, by takeovers for each account and day. */
  readonly ppv: readonly { readonly base: number; readonly hold: Ppv; readonly lock: Ppv }[];
}

/** Leak above this is a miss. */
const MISS_LEAK = 100;
const MISS_DAYS = 14;
/** Takeovers for each account and day: about 9 manual hijacks in a million, and worse. */
const BASES = [1e-5, 3e-5, 1e-4];

export function resultOf(tally: Tally): Score {
  const { counts } = tally;
  const cases = [...tally.cases.values()];
  const hostile = cases.filter(({ takeover, messages }) => !takeover.neverLock && messages > 0);
  const calendar = calendarDays(tally);
  const active = sum([...tally.identities.values()].map(({ activeDays }) => activeDays));
  const acted = hostile.filter((one) => isActedInTime(one)).length;
  const both = (count: number) => ({
    calendar: rate(count, calendar.all),
    active: rate(count, active),
  });
  const falseHolds = both(counts.falseHolds);
  const falseLocks = both(counts.falseLocks);
  const actedWithin14Days = rate(acted, hostile.length);
  const lockShare = rate(
    hostile.filter(({ lockedMs }) => lockedMs !== undefined).length,
    hostile.length,
  );
  const harmless = cases.filter(({ takeover }) => takeover.neverLock);
  return {
    submissions: counts.submissions,
    identities: tally.identities.size,
    identityDays: { calendar: calendar.all, active },
    personas: personasOf(cases.filter(({ messages }) => messages > 0)),
    actedWithin14Days,
    neverLock: { cases: harmless.length, locked: counts.neverLockLocked },
    falseHolds,
    falseLocks,
    falseHoldsByClass: Object.fromEntries(
      [...calendar.byClass].map(([name, days]) => [
        name,
        rate(tally.falseHoldsByClass.get(name) ?? 0, days),
      ]),
    ),
    refusedLogins: counts.refusedLogins,
    delayed: rate(counts.delayed - counts.ownersDelayed, counts.benign),
    ownersDelayed: counts.ownersDelayed,
    medianDelayMinutes: medianDelay(tally),
    ppv: BASES.map((base) => ({
      base,
      hold: ppv(base, actedWithin14Days, falseHolds.calendar),
      lock: ppv(base, lockShare, falseLocks.calendar),
    })),
  };
}

function rate(count: number, of: number): Rate {
  return { count, of, rate: of > 0 ? count / of : 0, interval: shareInterval(count, of) };
}

function ppv(base: number, found: Rate, wrong: Rate): Ppv {
  const share = (right: number, error: number): number | undefined =>
    base * right + error > 0 ? (base * right) / (base * right + error) : undefined;
  return {
    rate: share(found.rate, wrong.rate),
    atLeast: share(found.interval.low, wrong.interval.high) ?? 0,
  };
}

/** Days from the first sight of an identity to the end, without those of a takeover. */
function calendarDays(tally: Tally): {
  readonly all: number;
  readonly byClass: Map<string, number>;
} {
  const taken = new Map<string, number>();
  for (const { takeover } of tally.cases.values()) {
    if (takeover.neverLock) continue;
    const days = Math.max(0, (Math.min(takeover.toMs, tally.lastMs) - takeover.fromMs) / DAY_MS);
    taken.set(takeover.account, (taken.get(takeover.account) ?? 0) + days);
  }
  const byClass = new Map<string, number>();
  let all = 0;
  for (const { account, class: of, firstMs } of tally.identities.values()) {
    const seen = (tally.lastMs - firstMs) / DAY_MS;
    const days = Math.max(0, Math.ceil(seen - (taken.get(account) ?? 0)));
    all += days;
    byClass.set(of, (byClass.get(of) ?? 0) + days);
  }
  return { all, byClass };
}

function personasOf(cases: readonly Case[]): PersonaScore[] {
  const byName = Map.groupBy(cases, ({ takeover }) => takeover.attack);
  return [...byName].map(([persona, list]) => ({
    persona,
    takeovers: list.length,
    leak: spread(list.map(({ leaked }) => leaked)),
    leakedMessages: spread(list.map(({ leakedMessages }) => leakedMessages)),
    leakTotal: spread(list.map(({ passed }) => passed)),
    hoursFromMessage: spread(list.flatMap((one) => hours(one.firstMessageMs, one.actedMs))),
    hoursFromTakeover: spread(list.flatMap((one) => hours(one.takeover.fromMs, one.actedMs))),
    misses: rate(list.filter(isMiss).length, list.length),
    locked: list.filter(({ lockedMs }) => lockedMs !== undefined).length,
  }));
}

function isMiss(one: Case): boolean {
  return one.leaked > MISS_LEAK || !isActedInTime(one);
}

function isActedInTime({ actedMs, firstMessageMs }: Case): boolean {
  return actedMs !== undefined && actedMs <= (firstMessageMs ?? 0) + MISS_DAYS * DAY_MS;
}

function hours(fromMs: number | undefined, toMs: number | undefined): number[] {
  // Action on the session itself, before any message, is at once.
  return fromMs === undefined || toMs === undefined ? [] : [Math.max(0, toMs - fromMs) / 3_600_000];
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: sorted.at(-1),
  };
}

function medianDelay({ delaysSeconds }: Tally): number | undefined {
  const sorted = [...delaysSeconds].sort((one, other) => one - other);
  const seconds = quantile(sorted, 0.5);
  return seconds === undefined ? undefined : seconds / 60;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
