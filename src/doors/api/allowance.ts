/** How often one client may do something: so many in a time, counted for a bounded number of them. */
import { customerOf } from '../../core/client-network.ts';

/** Clients remembered; the one counted longest ago is forgotten first. */
export const MAX_CLIENTS = 20_000;

export class Allowance {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #groupOf: (client: string) => string;
  readonly #counts = new Map<string, { sinceMs: number; count: number }>();

  /** @param groupOf What of a client is counted together. */
  constructor(
    most: number,
    windowSeconds: number,
    now: () => number,
    groupOf: (client: string) => string = customerOf,
  ) {
    this.#groupOf = groupOf;
    this.#most = most;
    this.#windowMs = windowSeconds * 1000;
    this.#now = now;
  }

  isUsedUp(client: string): boolean {
    return this.count(client) >= this.#most;
  }

  count(client: string): number {
    return this.#current(client)?.count ?? 0;
  }

  /** Seconds until it may go on. */
  waitSeconds(client: string): number {
    const since = this.#current(client)?.sinceMs ?? this.#now();
    return Math.max(1, Math.ceil((since + this.#windowMs - this.#now()) / 1000));
  }

  /** Counts one; false when it is one too many. */
  take(client: string): boolean {
    if (this.isUsedUp(client)) return false;
    const key = this.#groupOf(client);
    const known = this.#current(client) ?? { sinceMs: this.#now(), count: 0 };
    this.#counts.delete(key);
    this.#counts.set(key, { ...known, count: known.count + 1 });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MAX_CLIENTS && oldest !== undefined) this.#counts.delete(oldest);
    return true;
  }

  #current(client: string): { sinceMs: number; count: number } | undefined {
    const known = this.#counts.get(this.#groupOf(client));
    if (known === undefined) return undefined;
    const ageMs = this.#now() - known.sinceMs;
    // A clock that went backwards must not keep anybody out until it has caught up.
    return ageMs >= 0 && ageMs < this.#windowMs ? known : undefined;
  }
}
