/**
 * Whom an account writes to. The share of first contacts falls with the messages sent, as it does
 * in real streams, and first contacts come in runs: people write to several new addresses in a row.
 */
import { item, type Rng } from './random.ts';

/** First-contact share by messages sent so far, between the points on a logarithmic scale. */
const NOVELTY: readonly (readonly [sent: number, share: number])[] = [
  [0, 0.78],
  [7, 0.17],
  [31, 0.09],
  [127, 0.04],
  [600, 0.025],
];

export function noveltyShare(sent: number): number {
  for (let index = 1; index < NOVELTY.length; index += 1) {
    const [to, high] = item(NOVELTY, index);
    if (sent > to) continue;
    const [from, low] = item(NOVELTY, index - 1);
    const part = Math.log((sent + 1) / (from + 1)) / Math.log((to + 1) / (from + 1));
    return low * (high / low) ** part;
  }
  return item(NOVELTY, NOVELTY.length - 1)[1];
}

/** Contacts kept; the least recent is forgotten. */
const MAX_CONTACTS = 1_500;

export class Contacts {
  /** Most recent first. */
  readonly #known: string[] = [];
  readonly #rng: Rng;
  readonly #appetite: number;
  readonly #fresh: () => string;
  #sent = 0;
  #inRun = false;

  /** @param fresh finds an address that this account may write to for the first time. */
  constructor(rng: Rng, fresh: () => string) {
    this.#rng = rng;
    this.#appetite = Math.min(3, rng.lognormal(1, 0.5));
    this.#fresh = fresh;
  }

  get size(): number {
    return this.#known.length;
  }

  /** Different recipients of one message. */
  choose(count: number): string[] {
    const chosen = new Set<string>();
    for (let draw = 0; draw < count * 3 && chosen.size < count; draw += 1) chosen.add(this.#one());
    this.#sent += 1;
    for (const address of chosen) this.touch(address);
    return [...chosen];
  }

  /** A message to or from this address. */
  touch(address: string): void {
    const at = this.#known.indexOf(address);
    if (at > 0) this.#known.splice(at, 1);
    if (at !== 0) this.#known.unshift(address);
    if (this.#known.length > MAX_CONTACTS) this.#known.pop();
  }

  /** One who is known, the recent ones more often. */
  old(): string | undefined {
    const { length } = this.#known;
    return this.#known[Math.floor(length * this.#rng.next() ** 2.2)];
  }

  /** Known ones, the most recent first. */
  recent(count: number): readonly string[] {
    return this.#known.slice(0, count);
  }

  #one(): string {
    const rng = this.#rng;
    if (rng.chance(this.#inRun ? 0.15 : 0.02)) this.#inRun = !this.#inRun;
    const share = noveltyShare(this.#sent) * this.#appetite;
    const isNew = rng.chance(Math.min(0.95, this.#inRun ? Math.max(0.6, share) : share * 1.7));
    return (isNew ? undefined : this.old()) ?? this.#fresh();
  }
}
