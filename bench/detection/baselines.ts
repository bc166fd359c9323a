/**
 * What others do, as simple and honest as they are: each sees the same events and says of every
 * submission whether it would pass or hold it. A hold lasts as long as its rule holds.
 */
import type { PrimumEvent, SubmissionEvent } from '../../src/core/event.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export interface Seen {
  readonly event: PrimumEvent;
  readonly atMs: number;
  readonly account: string;
  readonly country: (address: string) => string;
  /** What a content filter on the way out says: bad. Only for submissions. */
  readonly filterSaysBad: boolean;
}

export interface Baseline {
  readonly name: string;
  readonly rule: string;
  /** Whether the submission is held; for other events the answer is not looked at. */
  readonly judge: (seen: Seen) => boolean;
}

/** Values seen in a sliding time, by account. */
class Window<T> {
  readonly #lengthMs: number;
  readonly #seen = new Map<string, { readonly atMs: number; readonly value: T }[]>();

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  add(account: string, atMs: number, value: T): readonly T[] {
    const list = this.#seen.get(account) ?? [];
    while (list[0] !== undefined && list[0].atMs <= atMs - this.#lengthMs) list.shift();
    list.push({ atMs, value });
    this.#seen.set(account, list);
    return list.map((entry) => entry.value);
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const isSubmission = (event: PrimumEvent): event is SubmissionEvent => event.kind === 'submission';

function addressOf(event: PrimumEvent): string {
  if (event.kind === 'submission') return event.clientAddress;
  return event.kind === 'login' && event.ok ? event.clientAddress : '';
}

function places(): Baseline {
  const day = new Window<string>(DAY_MS);
  const lasting = new Map<string, number>();
  return {
    name: 'addresses and countries',
    rule: 'more than 8 networks (/24) or more than 2 countries in 24 hours; held for a day',
    judge: ({ event, atMs, account, country }) => {
      const address = addressOf(event);
      if (address === '') return false;
      const seen = day.add(account, atMs, address);
      const networks = new Set(seen.map((one) => one.slice(0, one.lastIndexOf('.'))));
      const countries = new Set(seen.map(country).filter((code) => code !== ''));
      if (networks.size > 8 || countries.size > 2) lasting.set(account, atMs + DAY_MS);
      return (lasting.get(account) ?? 0) > atMs;
    },
  };
}

function recipients(): Baseline {
  const hour = new Window<number>(HOUR_MS);
  const day = new Window<number>(DAY_MS);
  return {
    name: 'recipients in a window',
    rule: 'more than 150 recipients in an hour or 1,000 in a day',
    judge: ({ event, atMs, account }) => {
      if (!isSubmission(event)) return false;
      const count = event.envelopeRecipients.length;
      const inHour = sum(hour.add(account, atMs, count));
      return inHour > 150 || sum(day.add(account, atMs, count)) > 1_000;
    },
  };
}

function volumeSpike(): Baseline {
  interface Days {
    day: number;
    today: number;
    mean: number;
    variance: number;
    days: number;
  }
  const known = new Map<string, Days>();
  return {
    name: 'volume spike',
    rule: "a day's recipients above 30 and above the account's mean by 4 standard deviations, after a week",
    judge: ({ event, atMs, account }) => {
      if (!isSubmission(event)) return false;
      const day = Math.floor(atMs / DAY_MS);
      const own = known.get(account) ?? { day, today: 0, mean: 0, variance: 0, days: 0 };
      known.set(account, own);
      for (; own.day < day; own.day += 1) {
        const off = own.today - own.mean;
        own.mean += 0.1 * off;
        own.variance = 0.9 * (own.variance + 0.1 * off * off);
        own.days += 1;
        own.today = 0;
      }
      own.today += event.envelopeRecipients.length;
      const usual = own.mean + 4 * Math.sqrt(own.variance);
      return own.days >= 7 && own.today > 30 && own.today > usual;
    },
  };
}

/** Duan et al., Detecting Spam Zombies by Monitoring Outgoing Messages: their own parameters. */
function spot(): Baseline {
  const [low, high, error] = [0.2, 0.9, 0.01];
  const upper = Math.log((1 - error) / error);
  const ratio = new Map<string, number>();
  const lasting = new Map<string, number>();
  return {
    name: 'SPOT',
    rule: 'sequential test over a content filter (share of spam .2 against .9, errors 1 %); held for a day',
    judge: ({ event, atMs, account, filterSaysBad }) => {
      if (!isSubmission(event)) return false;
      const step = filterSaysBad ? Math.log(high / low) : Math.log((1 - high) / (1 - low));
      const next = (ratio.get(account) ?? 0) + step;
      if (next >= upper) lasting.set(account, atMs + DAY_MS);
      ratio.set(account, next >= upper || next <= -upper ? 0 : next);
      return (lasting.get(account) ?? 0) > atMs;
    },
  };
}

function firstTime(): Baseline {
  const known = new Map<string, Set<string>>();
  const day = new Window<number>(DAY_MS);
  return {
    name: 'first-time recipients',
    rule: 'more than 50 recipients in a day that the account never wrote to',
    judge: ({ event, atMs, account }) => {
      if (!isSubmission(event)) return false;
      const own = known.get(account) ?? new Set<string>();
      known.set(account, own);
      const fresh = event.envelopeRecipients.filter((recipient) => !own.has(recipient));
      for (const recipient of fresh) own.add(recipient);
      return sum(day.add(account, atMs, fresh.length)) > 50;
    },
  };
}

export const makeBaselines = (): readonly Baseline[] => [
  places(),
  recipients(),
  volumeSpike(),
  spot(),
  firstTime(),
];

/** Attacks whose texts are made for one reader; a filter of contents rarely knows them. */
const CRAFTED = new Set(['low-slow-best', 'lateral', 'thread-hijack', 'bec']);

/**
 * A content filter that is better than most: it sees 70 % of bulk spam, a quarter of what is crafted,
 * and errs on 2 % of good mail. The same message gets the same answer.
 */
export function filterBit(id: string, attack: string | undefined): boolean {
  let hash = 7;
  for (const char of id) hash = (hash * 33 + char.charCodeAt(0)) % 100_003;
  const share = attack === undefined ? 0.02 : CRAFTED.has(attack) ? 0.25 : 0.7;
  return ((hash * 7_919) % 100_003) / 100_003 < share;
}
