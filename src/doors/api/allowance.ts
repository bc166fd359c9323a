/** How often one client may do something: so many in a time, counted for a bounded number of them. */

/** Clients remembered; the one counted longest ago is forgotten first. */
export const MAX_CLIENTS = 20_000;

export class Allowance {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, { sinceMs: number; count: number }>();

  constructor(most: number, windowSeconds: number, now: () => number) {
    this.#most = most;
    this.#windowMs = windowSeconds * 1000;
    this.#now = now;
  }

  isUsedUp(client: string): boolean {
    return (this.#current(client)?.count ?? 0) >= this.#most;
  }

  /** Seconds until it may go on. */
  waitSeconds(client: string): number {
    const since = this.#current(client)?.sinceMs ?? this.#now();
    return Math.max(1, Math.ceil((since + this.#windowMs - this.#now()) / 1000));
  }

  /** Counts one; false when it is one too many. */
  take(client: string): boolean {
    if (this.isUsedUp(client)) return false;
    const key = groupOf(client);
    const known = this.#current(client) ?? { sinceMs: this.#now(), count: 0 };
    this.#counts.delete(key);
    this.#counts.set(key, { ...known, count: known.count + 1 });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MAX_CLIENTS && oldest !== undefined) this.#counts.delete(oldest);
    return true;
  }

  #current(client: string): { sinceMs: number; count: number } | undefined {
    const known = this.#counts.get(groupOf(client));
    return known && this.#now() - known.sinceMs < this.#windowMs ? known : undefined;
  }
}

/** A customer has a /64 of IPv6 to himself; counted by address nobody would be bounded. */
function groupOf(client: string): string {
  return client.includes(':') ? client.split(':').slice(0, 4).join(':') : client;
}
