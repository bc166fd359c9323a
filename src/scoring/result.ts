/** From counts to the figures of the table: medians and tails, rates with intervals at 95 %. */
import { quantile, shareInterval, type Interval } from './intervals.ts';
import { DAY_MS, type Case, type Counts, type Tally } from './tally.ts';

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
  /** What kept recipients from leaking: those only asked to wait before the first hold, those held. */
  readonly deferred: Spread;
  readonly held: Spread;
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

/** What a tally counted, without the truth that it was held against. */
export type Counted = Pick<
  Tally,
  'counts' | 'cases' | 'identities' | 'delaysSeconds' | 'falseHoldsByClass' | 'lastMs'
>;

/** Leak above this is a miss. */
const MISS_LEAK = 100;
const MISS_DAYS = 14;
/** Takeovers for each account and day: about 9 manual hijacks in a million, and worse. */
const BASES = [1e-5, 3e-5, 1e-4];

/** Of one run, or of several together: other seeds, other files. */
export function resultOf(...tallies: readonly Counted[]): Score {
  const total = (name: keyof Counts): number => sum(tallies.map(({ counts }) => counts[name]));
  const cases = tallies.flatMap((tally) => [...tally.cases.values()]);
  const identities = tallies.flatMap((tally) => [...tally.identities.values()]);
  const hostile = cases.filter(({ takeover, messages }) => !takeover.neverLock && messages > 0);
  const days = daysOf(tallies);
  const active = sum(identities.map(({ activeDays }) => activeDays));
  const both = (count: number): { readonly calendar: Rate; readonly active: Rate } => ({
    calendar: rate(count, days.all),
    active: rate(count, active),
  });
  const falseHolds = both(total('falseHolds'));
  const falseLocks = both(total('falseLocks'));
  const actedWithin14Days = rate(hostile.filter(isActedInTime).length, hostile.length);
  const locked = rate(
    hostile.filter(({ lockedMs }) => lockedMs !== undefined).length,
    hostile.length,
  );
  return {
    submissions: total('submissions'),
    identities: identities.length,
    identityDays: { calendar: days.all, active },
    personas: personasOf(cases.filter(({ messages }) => messages > 0)),
    actedWithin14Days,
    neverLock: {
      cases: cases.filter(({ takeover }) => takeover.neverLock).length,
      locked: total('neverLockLocked'),
    },
    falseHolds,
    falseLocks,
    falseHoldsByClass: byClass(tallies, days.byClass),
    refusedLogins: total('refusedLogins'),
    delayed: rate(total('delayed') - total('ownersDelayed'), total('benign')),
    ownersDelayed: total('ownersDelayed'),
    medianDelayMinutes: medianDelay(tallies),
    ppv: BASES.map((base) => ({
      base,
      hold: ppv(base, actedWithin14Days, falseHolds.calendar),
      lock: ppv(base, locked, falseLocks.calendar),
    })),
  };
}

function byClass(
  tallies: readonly Counted[],
  days: ReadonlyMap<string, number>,
): Readonly<Record<string, Rate>> {
  const rates = [...days].map(([name, of]) => {
    const counts = tallies.map(({ falseHoldsByClass }) => falseHoldsByClass.get(name) ?? 0);
    return [name, rate(sum(counts), of)] as const;
  });
  return Object.fromEntries(rates);
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

interface Days {
  all: number;
  readonly byClass: Map<string, number>;
}

/** Days from the first sight of an identity to the end, without those of a takeover. */
function daysOf(tallies: readonly Counted[]): Days {
  const days: Days = { all: 0, byClass: new Map() };
  for (const tally of tallies) addDays(days, tally);
  return days;
}

function addDays(days: Days, tally: Counted): void {
  const taken = new Map<string, number>();
  for (const { takeover } of tally.cases.values()) {
    if (takeover.neverLock) continue;
    const lasted = Math.max(0, (Math.min(takeover.toMs, tally.lastMs) - takeover.fromMs) / DAY_MS);
    taken.set(takeover.account, (taken.get(takeover.account) ?? 0) + lasted);
  }
  for (const { account, class: of, firstMs } of tally.identities.values()) {
    const seen = (tally.lastMs - firstMs) / DAY_MS;
    const own = Math.max(0, Math.ceil(seen - (taken.get(account) ?? 0)));
    days.all += own;
    days.byClass.set(of, (days.byClass.get(of) ?? 0) + own);
  }
}

function personasOf(cases: readonly Case[]): PersonaScore[] {
  const byName = Map.groupBy(cases, ({ takeover }) => takeover.attack);
  return [...byName].map(([persona, list]) => ({
    persona,
    takeovers: list.length,
    leak: spread(list.map(({ leaked }) => leaked)),
    leakedMessages: spread(list.map(({ leakedMessages }) => leakedMessages)),
    leakTotal: spread(list.map(({ passed }) => passed)),
    deferred: spread(list.map(({ deferred }) => deferred)),
    held: spread(list.map(({ held }) => held)),
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

function medianDelay(tallies: readonly Counted[]): number | undefined {
  const sorted = tallies
    .flatMap(({ delaysSeconds }) => delaysSeconds)
    .sort((one, other) => one - other);
  const seconds = quantile(sorted, 0.5);
  return seconds === undefined ? undefined : seconds / 60;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
