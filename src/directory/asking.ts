/** Questions to an engine: one a login at a time, bounded in time and number, kept from a sick engine. */
import type { AccountFacts } from '../core/account.ts';
import type { DirectoryEngine } from './contract.ts';
import { UnusableAnswer } from './engine.ts';

/** Failures in a row after which the engine as a whole is taken to be away. */
const FAILURES_UNTIL_AWAY = 3;
/** Questions under way; over it accounts never seen get the defaults at once. */
export const MAX_ASKING = 10_000;

export type Answer =
  | { readonly kind: 'known'; readonly facts: AccountFacts }
  | { readonly kind: 'unknown' }
  /** This account cannot be answered now. */
  | { readonly kind: 'failed' };

export interface AskerOptions {
  readonly engine: DirectoryEngine;
  readonly timeoutMs: number;
  readonly retryAfterMs: number;
  readonly now: () => number;
  readonly works: () => void;
  readonly failed: (error: unknown) => void;
  /** Called once a question, with what came of it. */
  readonly answered: (login: string, answer: Answer) => void;
}

export interface Asker {
  /** Never rejects. `undefined` when the engine is left alone for now. */
  ask(login: string): Promise<Answer> | undefined;
  /** What the engine said before is void: so are its failures. */
  reset(): void;
  readonly asking: number;
  close(): Promise<void>;
}

export function createAsker(options: AskerOptions): Asker {
  const { engine, timeoutMs, retryAfterMs, now } = options;
  const flights = new Map<string, Promise<Answer>>();
  const closing = new AbortController();
  let failures = 0;
  let awayUntil = 0;
  let generation = 0;

  function noteFailure(error: unknown): Answer {
    if (closing.signal.aborted) return { kind: 'failed' };
    // A useless answer about one account says nothing about the others.
    if (!(error instanceof UnusableAnswer)) {
      failures += 1;
      if (failures >= FAILURES_UNTIL_AWAY) awayUntil = now() + retryAfterMs;
    }
    options.failed(error);
    return { kind: 'failed' };
  }

  async function lookup(login: string): Promise<Answer> {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]);
    try {
      const facts = await orAborted(engine.lookup(login, signal), signal);
      failures = 0;
      options.works();
      return facts === undefined ? { kind: 'unknown' } : { kind: 'known', facts };
    } catch (error) {
      return noteFailure(error);
    }
  }

  async function fly(login: string): Promise<Answer> {
    const started = generation;
    const answer = await lookup(login);
    flights.delete(login);
    if (started === generation) options.answered(login, answer);
    return answer;
  }

  return {
    ask(login) {
      const flight = flights.get(login);
      if (flight !== undefined) return flight;
      const isAway = failures >= FAILURES_UNTIL_AWAY;
      // An engine that was away is tried with one question before the others follow.
      const isLeftAlone = isAway && (now() < awayUntil || flights.size > 0);
      if (isLeftAlone || flights.size >= MAX_ASKING || closing.signal.aborted) return undefined;
      const started = fly(login);
      flights.set(login, started);
      return started;
    },
    reset() {
      generation += 1;
      failures = 0;
    },
    get asking() {
      return flights.size;
    },
    async close() {
      closing.abort();
      await Promise.all(flights.values());
    },
  };
}

/** The promise, or the end of the wait: an engine may not heed its signal. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('There was no answer in time.'));
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
