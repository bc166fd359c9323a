/**
 * How often one credential may ask: a token, or a user in all of his sessions. The token file of this
 * host has no bound, for who reads it may stop the daemon; agents have none, for mail waits for them.
 */
import type { Telemetry } from '../../telemetry/contract.ts';
import { Allowance } from './allowance.ts';
import { ProblemError, PROBLEM_TYPE } from './problem.ts';
import { problem } from './schemas/output.ts';

export const DEFAULT_REQUESTS_PER_SECOND = 50;
/** A page of the console reads five or so at once, and somebody opens a dozen. */
export const DEFAULT_REQUEST_BURST = 200;

/** Who is counted: a token by its id, a user by name. */
export type Asker =
  | { readonly kind: 'token'; readonly id: string; readonly name: string }
  | { readonly kind: 'user'; readonly name: string };

export interface PaceOptions {
  readonly requestsPerSecond?: number;
  readonly requestBurst?: number;
}

export class Pace {
  readonly #perSecond: number;
  readonly #allowance: Allowance;
  readonly #telemetry: Pick<Telemetry, 'shed'>;

  constructor(
    {
      requestsPerSecond = DEFAULT_REQUESTS_PER_SECOND,
      requestBurst = DEFAULT_REQUEST_BURST,
    }: PaceOptions,
    {
      now = Date.now,
      telemetry,
    }: { now?: (() => number) | undefined; telemetry: Pick<Telemetry, 'shed'> },
  ) {
    this.#perSecond = requestsPerSecond;
    this.#telemetry = telemetry;
    const asItIs = (key: string): string => key;
    this.#allowance = new Allowance(requestBurst, requestBurst / requestsPerSecond, now, asItIs);
  }

  /** Counts one request. @throws ProblemError 429 when it is one too many. */
  take(asker: Asker): void {
    const key = `${asker.kind} ${asker.kind === 'token' ? asker.id : asker.name}`;
    if (this.#allowance.take(key)) return;
    const retryAfterSeconds = this.#allowance.waitSeconds(key);
    // Whoever gave a token its name meant a program; that of a user may be a person's address.
    if (asker.kind === 'token') this.#telemetry.shed('api', 'requests of a token', asker.name);
    else this.#telemetry.shed('api', 'requests of a user');
    const who =
      asker.kind === 'token'
        ? 'This token asks too often: it may'
        : 'You ask too often, from all your windows and programs together: you may';
    const seconds = retryAfterSeconds === 1 ? 'a second' : `${retryAfterSeconds} seconds`;
    throw new ProblemError(
      429,
      `${who} ${this.#perSecond} times a second. Ask again in ${seconds}.`,
      { retryAfterSeconds },
    );
  }
}

/** Of the OpenAPI document: what each request of a token or user may be answered. */
export const TOO_OFTEN = {
  429: {
    description:
      'This token, or this user in all sessions, asks too often: see `doors.api.requests_per_second`.',
    headers: {
      'retry-after': { type: 'integer', description: 'Seconds until it may ask again.' },
    },
    content: { [PROBLEM_TYPE]: { schema: problem } },
  },
} as const;
