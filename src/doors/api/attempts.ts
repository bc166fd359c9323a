/**
 * Attempts to log in, bounded by where they come from: by source alone, so that nobody can lock a user
 * out. They count from when they begin, for many at once are many; what did not fail counts no more.
 */
import { customerOf, siteOf } from '../../core/client-network.ts';
import { Allowance } from './allowance.ts';
import { ProblemError } from './problem.ts';

/** Failures of one customer in a quarter of an hour. */
export const MAX_FAILURES = 10;
/** And of his whole /24 or /48, which may have as many addresses as it wants. */
export const MAX_FAILURES_OF_SITE = 100;
const FAILURE_SECONDS = 900;

export const BUSY = 'Too many people log in at once. Try again in a moment.';

export class Attempts {
  readonly #bounds: readonly Bound[];

  constructor(now: () => number) {
    this.#bounds = [
      new Bound(MAX_FAILURES, customerOf, now),
      new Bound(MAX_FAILURES_OF_SITE, siteOf, now),
    ];
  }

  /** @throws ProblemError 429 or 503 when there were too many, or as many are under way. */
  async run<T>(
    client: string,
    attempt: () => Promise<T>,
    hasFailed: (answer: T) => boolean,
  ): Promise<T> {
    for (const bound of this.#bounds) bound.check(client);
    for (const bound of this.#bounds) bound.begin(client);
    try {
      const answer = await attempt();
      if (hasFailed(answer)) for (const bound of this.#bounds) bound.fail(client);
      return answer;
    } finally {
      for (const bound of this.#bounds) bound.end(client);
    }
  }
}

class Bound {
  readonly #most: number;
  readonly #groupOf: (client: string) => string;
  readonly #failures: Allowance;
  /** As many as there are requests in flight. */
  readonly #underWay = new Map<string, number>();

  constructor(most: number, groupOf: (client: string) => string, now: () => number) {
    this.#most = most;
    this.#groupOf = groupOf;
    this.#failures = new Allowance(most, FAILURE_SECONDS, now, groupOf);
  }

  check(client: string): void {
    if (this.#failures.isUsedUp(client)) {
      const retryAfterSeconds = this.#failures.waitSeconds(client);
      const minutes = Math.ceil(retryAfterSeconds / 60);
      const detail = `Too many failed attempts. Try again in ${minutes} minutes.`;
      throw new ProblemError(429, detail, { retryAfterSeconds });
    }
    const begun = this.#failures.count(client) + this.#countUnderWay(client);
    if (begun >= this.#most) throw new ProblemError(503, BUSY);
  }

  begin(client: string): void {
    this.#underWay.set(this.#groupOf(client), this.#countUnderWay(client) + 1);
  }

  fail(client: string): void {
    this.#failures.take(client);
  }

  end(client: string): void {
    const left = this.#countUnderWay(client) - 1;
    if (left > 0) this.#underWay.set(this.#groupOf(client), left);
    else this.#underWay.delete(this.#groupOf(client));
  }

  #countUnderWay(client: string): number {
    return this.#underWay.get(this.#groupOf(client)) ?? 0;
  }
}
