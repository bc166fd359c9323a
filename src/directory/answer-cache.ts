/** Answers by login, bounded; entries not asked for since the last round make room first. */
import type { AccountFacts } from '../core/account.ts';

export interface CachedAnswer {
  facts: AccountFacts;
  /** On the cache's clock; later it is renewed. */
  freshUntil: number;
  /** Until here an answer that is no longer fresh is still given at once. */
  usableUntil: number;
  used: boolean;
}

export class AnswerCache {
  readonly #entries = new Map<string, CachedAnswer>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(login: string): CachedAnswer | undefined {
    const entry = this.#entries.get(login);
    if (entry !== undefined) entry.used = true;
    return entry;
  }

  set(login: string, answer: Omit<CachedAnswer, 'used'>): void {
    const entry = this.#entries.get(login);
    if (entry !== undefined) {
      Object.assign(entry, answer);
      return;
    }
    if (this.#entries.size >= this.#most) this.#makeRoom();
    this.#entries.set(login, { ...answer, used: false });
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Second chance (CLOCK): a used entry goes to the end once, the first unused one goes away. */
  #makeRoom(): void {
    for (const [login, entry] of this.#entries) {
      this.#entries.delete(login);
      if (!entry.used) return;
      entry.used = false;
      this.#entries.set(login, entry);
    }
  }
}
