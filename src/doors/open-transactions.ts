/**
 * The mail transactions that a milter door has open, so that a policy door in front of the same
 * service knows that the message will be judged there and leaves it alone: one message, one event.
 * Both name a transaction by client address and port, where the port is unknown by the sender.
 */

import { ChurnMap } from '../core/churn-map.ts';

export interface TransactionName {
  readonly clientAddress: string;
  /** Empty or `0` when the MTA did not say. */
  readonly clientPort: string;
  /** Bare address; empty for the null sender. */
  readonly envelopeSender: string;
}

/** What a policy door asks. */
export interface WatchedTransactions {
  /** Whether somebody else judges this transaction when its message ends. */
  isWatched(name: TransactionName): boolean;
}

/** Bounded by the connections of the doors that open transactions: one each at a time. */
export class OpenTransactions implements WatchedTransactions {
  readonly #open = new ChurnMap<number>();

  get size(): number {
    return this.#open.size;
  }

  /** Opens one; the function it gives closes it again, once. */
  open(name: TransactionName): () => void {
    const key = keyOf(name);
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    };
  }

  isWatched(name: TransactionName): boolean {
    return this.#open.size > 0 && this.#open.get(keyOf(name)) !== undefined;
  }
}

/** A client has one open transaction a port (RFC 5321 section 4.1.4). */
function keyOf({ clientAddress, clientPort, envelopeSender }: TransactionName): string {
  const address = clientAddress.toLowerCase();
  return clientPort === '' || clientPort === '0'
    ? `${address} <${envelopeSender.toLowerCase()}>`
    : `${address} ${clientPort}`;
}
