/**
 * The highest score of each account on each day, counted by cohort. Of an account only its current day
 * is kept, and its last days of a high score, which a later word ("not me") may take out again.
 */
import { BINS, binOf, type Histogram } from '../core/detection/tail.ts';
import type { AccountClass } from '../core/event.ts';

const DAY_MS = 86_400_000;
/** Accounts whose day is open; over it the day of the one seen for longest not is closed early. */
export const MAX_OPEN_ACCOUNTS = 200_000;
/** Classes told by events; accounts beyond are people. */
const MAX_CLASSES = 1_000_000;
/** From here on a day is remembered for a later word, and so many days of an account. */
const WORTH_KEEPING = 4;
const MOST_DAYS = 14;
/** An account is new for so long; it is judged with other budgets and priors. */
const NEW_DAYS = 30;
/** The latest days, held against those before. */
const LATEST_DAYS = 7;

export type Cohort = AccountClass | 'new';

/** A time in which an account was in other hands. */
export interface Abuse {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Counted {
  readonly cohort: Cohort;
  readonly day: number;
  readonly score: number;
}

interface Open {
  day: number;
  cohort: Cohort;
  score: number;
  high: Counted[];
}

interface Known {
  readonly class: AccountClass;
  readonly sinceMs: number;
}

export class AccountDays {
  readonly #open = new Map<string, Open>();
  readonly #classes = new Map<string, Known>();
  readonly #abuse: ReadonlyMap<string, readonly Abuse[]>;
  readonly #all = new Map<Cohort, Histogram>();
  /** By day, newest last: coarse enough to be kept for each of the latest days. */
  readonly #latest = new Map<number, Map<Cohort, Histogram>>();
  excluded = 0;
  firstDay = Infinity;
  lastDay = -Infinity;

  constructor(abuse: ReadonlyMap<string, readonly Abuse[]>) {
    this.#abuse = abuse;
  }

  get openAccounts(): number {
    return this.#open.size;
  }

  learnAccount(account: string, kind: AccountClass | undefined, since: string | undefined): void {
    const known = this.#classes.get(account);
    if (known === undefined && this.#classes.size >= MAX_CLASSES) return;
    const sinceMs = since === undefined ? NaN : Date.parse(since);
    this.#classes.set(account, {
      class: kind ?? known?.class ?? 'person',
      sinceMs: Number.isNaN(sinceMs) ? (known?.sinceMs ?? -Infinity) : sinceMs,
    });
  }

  add(account: string, atMs: number, score: number): void {
    const day = Math.floor(atMs / DAY_MS);
    const open = this.#open.get(account);
    if (open?.day === day) {
      open.score = Math.max(open.score, score);
      return;
    }
    const high = open === undefined ? [] : this.#close(account, open);
    // Put last again, so that the first is the one seen for longest not.
    this.#open.delete(account);
    this.#open.set(account, { day, cohort: this.#cohortOf(account, atMs), score, high });
    if (this.#open.size <= MAX_OPEN_ACCOUNTS) return;
    for (const [oldest, its] of this.#open) {
      this.#close(oldest, its);
      this.#open.delete(oldest);
      break;
    }
  }

  /** It was not the owner: his high days of late are none of good mail. */
  takeOut(account: string, atMs: number): void {
    const open = this.#open.get(account);
    if (open === undefined) return;
    const since = Math.floor(atMs / DAY_MS) - MOST_DAYS;
    for (const day of open.high) if (day.day >= since) this.#count(day, -1);
    this.excluded += open.high.length;
    open.high = [];
    open.score = 0;
  }

  finish(): ReadonlyMap<Cohort, Histogram> {
    for (const [account, open] of this.#open) this.#close(account, open);
    this.#open.clear();
    return this.#all;
  }

  /** The latest week of a cohort, and what was before. */
  weeks(cohort: Cohort): readonly [latest: Histogram, before: Histogram] {
    const latest = new Float64Array(BINS);
    for (const [day, cohorts] of this.#latest) {
      if (day <= this.lastDay - LATEST_DAYS) continue;
      cohorts.get(cohort)?.forEach((count, bin) => (latest[bin] = (latest[bin] ?? 0) + count));
    }
    const all = this.#all.get(cohort) ?? new Float64Array(BINS);
    return [latest, all.map((count, bin) => count - (latest[bin] ?? 0))];
  }

  #cohortOf(account: string, atMs: number): Cohort {
    if (account.startsWith('forward:')) return 'forward';
    const known = this.#classes.get(account);
    const kind = known?.class ?? 'person';
    const days = (atMs - (known?.sinceMs ?? -Infinity)) / DAY_MS;
    return kind === 'person' && days >= 0 && days < NEW_DAYS ? 'new' : kind;
  }

  #close(account: string, { day, cohort, score, high }: Open): Counted[] {
    const fromMs = day * DAY_MS;
    const isAbuse = this.#abuse
      .get(account)
      ?.some((time) => time.fromMs < fromMs + DAY_MS && time.toMs >= fromMs);
    if (isAbuse === true) {
      this.excluded += 1;
      return high;
    }
    const counted = { cohort, day, score };
    this.#count(counted, 1);
    if (score < WORTH_KEEPING) return high;
    return [...high.slice(-(MOST_DAYS - 1)), counted];
  }

  #count({ cohort, day, score }: Counted, by: 1 | -1): void {
    this.firstDay = Math.min(this.firstDay, day);
    this.lastDay = Math.max(this.lastDay, day);
    const bin = binOf(score);
    const all = into(this.#all, cohort);
    all[bin] = Math.max(0, (all[bin] ?? 0) + by);
    let cohorts = this.#latest.get(day);
    if (cohorts === undefined) {
      if (day <= this.lastDay - LATEST_DAYS) return;
      cohorts = new Map<Cohort, Histogram>();
      this.#latest.set(day, cohorts);
      for (const old of this.#latest.keys()) {
        if (old <= this.lastDay - LATEST_DAYS) this.#latest.delete(old);
      }
    }
    const its = into(cohorts, cohort);
    its[bin] = Math.max(0, (its[bin] ?? 0) + by);
  }
}

function into(all: Map<Cohort, Histogram>, cohort: Cohort): Histogram {
  const known = all.get(cohort);
  if (known !== undefined) return known;
  const made = new Float64Array(BINS);
  all.set(cohort, made);
  return made;
}
