/**
 * Connections of each address in a sliding window (INB-4), in memory and bounded: strangers come from
 * everywhere, and a flood of addresses must not fill the standing state. What falls out was quiet for
 * the longest time.
 */
import { FirstEntry } from '../first-entry.ts';
import { addTo, fillOf, type Window } from './counters.ts';

/** About 250 bytes each. */
const MAX_ADDRESSES = 100_000;

export class ConnectionCounts {
  readonly #records = new Map<string, Uint8Array>();
  readonly #quietest = new FirstEntry(this.#records);
  readonly #maximum: number;

  constructor(maximum = MAX_ADDRESSES) {
    this.#maximum = maximum;
  }

  get size(): number {
    return this.#records.size;
  }

  /** In the window so far. */
  seen(key: string, nowMs: number, windowSeconds: number): number {
    const ask = { nowMs, amount: 0, ceiling: Infinity };
    return fillOf(this.#records.get(key), windowOf(windowSeconds), ask).used;
  }

  add(key: string, nowMs: number, windowSeconds: number): void {
    const record = this.#records.get(key);
    // Taken out and put in, so that the first key is that which was quiet the longest.
    this.#records.delete(key);
    const amounts = { nowMs, messages: 1, recipients: 0, ceiling: Infinity };
    this.#records.set(key, addTo(record, windowOf(windowSeconds), amounts));
    if (this.#records.size > this.#maximum) this.#quietest.take();
  }
}

const windowOf = (windowSeconds: number): Window => ({
  count: 'messages',
  windowSeconds,
  limit: 0,
  burst: 0,
  ordinal: 0,
});
