/**
 * Costly work, a little of it at a time. Who waits is served by turns of networks, and one network
 * has a small share of the waiting places: whoever floods keeps nobody waiting but himself. Networks
 * that are known keep places that strangers cannot take, for a flood may come from many networks.
 */

export const AT_ONCE = 2;
export const MAX_WAITING = 20;
/** Waiting places that only known networks may take. */
export const KEPT_PLACES = 8;
/** Waiting places of one network; a house that works here has its morning. */
export const MAX_WAITING_OF_STRANGER = 2;
export const MAX_WAITING_OF_KNOWN = 8;
/** Known networks that are remembered; the one seen longest ago is forgotten first. */
export const MAX_KNOWN = 1_000;

interface Waiter {
  readonly begin: () => void;
  readonly isStranger: boolean;
}

export class FairQueue {
  /** By network, the one whose turn is next first. */
  readonly #waiting = new Map<string, Waiter[]>();
  readonly #known = new Set<string>();
  #count = 0;
  #strangers = 0;
  #running = 0;

  /** From now on this network is known. */
  remember(network: string): void {
    this.#known.delete(network);
    this.#known.add(network);
    const [oldest] = this.#known;
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  /** `undefined` when too many wait already. */
  async run<T>(network: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running < AT_ONCE) this.#running++;
    else if (!(await this.#wait(network))) return undefined;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /** False where there is no place. Whoever is called has the place of the one before him. */
  #wait(network: string): Promise<boolean> {
    const isStranger = !this.#known.has(network);
    const own = this.#waiting.get(network) ?? [];
    const share = isStranger ? MAX_WAITING_OF_STRANGER : MAX_WAITING_OF_KNOWN;
    const isFull = isStranger && this.#strangers >= MAX_WAITING - KEPT_PLACES;
    if (own.length >= share || isFull || this.#count >= MAX_WAITING) return Promise.resolve(false);
    return new Promise((resolve) => {
      own.push({ begin: () => resolve(true), isStranger });
      this.#waiting.set(network, own);
      this.#count++;
      if (isStranger) this.#strangers++;
    });
  }

  #next(): void {
    const [turn] = this.#waiting;
    const first = turn?.[1].shift();
    if (turn === undefined || first === undefined) {
      this.#running--;
      return;
    }
    const [network, rest] = turn;
    this.#waiting.delete(network);
    if (rest.length > 0) this.#waiting.set(network, rest);
    this.#count--;
    if (first.isStranger) this.#strangers--;
    first.begin();
  }
}
