/**
 * Trace headers for messages that leave, and the reader of their tokens. Keys stand in a file that
 * only this part touches. A key is replaced by age with the first message after its time, so there
 * is no clock to run.
 */
import type { SubmissionEvent } from '../core/event.ts';
import type { Verdict } from '../core/verdict.ts';
import { openLiveKeys } from '../keys/live-keys.ts';
import type { TraceHeaders, TraceReader } from './contract.ts';
import {
  createOwnershipCheck,
  createPseudonyms,
  headerNames,
  makeHeaders,
  TRACE_HEADER,
} from './headers.ts';
import type { HeaderSettings } from './headers.ts';
import { createSealer, readToken, sealToken } from './token.ts';

export interface TraceOptions extends HeaderSettings {
  /** False: nothing is added; tokens are read, and headers from outside removed, all the same. */
  readonly enabled?: boolean;
  /** The file of the keys; made at the first start. */
  readonly keysFile: string;
  /** A key makes tokens for so long. Default 90 days. */
  readonly rotateAfterMs?: number;
  /** A key that no longer makes tokens reads them for so long. Default 400 days. */
  readonly keepMs?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Trouble that needs an operator, in a sentence; said once an hour at most. */
  readonly warn: (message: string) => void;
}

export interface Trace {
  readonly headers: TraceHeaders;
  readonly reader: TraceReader;
  /** Names of the headers that are added, the token's first. */
  readonly names: readonly string[];
  /** Names of the headers in which a token may stand. */
  readonly tokenNames: readonly string[];
  /** Ids of the keys, oldest first; the last one makes tokens. */
  keys(): readonly string[];
  /**
   * Makes a new key now; its id. Tokens of the keys in `drop` are not believed any more.
   * @throws what the file system says; then the old key goes on.
   */
  rotate(drop?: readonly string[]): string;
}

const DAY_MS = 86_400_000;
export const ROTATE_AFTER_MS = 90 * DAY_MS;
export const KEEP_MS = 400 * DAY_MS;

const WORDS = {
  name: 'trace keys',
  use: 'trace headers',
  head: "Keys of Primum's trace headers. Secret. Without them tokens in old mail cannot be read.",
};

/** @throws PrimumError STATE_UNUSABLE */
export function openTrace(options: TraceOptions): Trace {
  const { now } = options;
  const keys = openLiveKeys(
    {
      path: options.keysFile,
      words: WORDS,
      rotateAfterMs: options.rotateAfterMs ?? ROTATE_AFTER_MS,
      keepMs: options.keepMs ?? KEEP_MS,
      now,
      warn: options.warn,
    },
    createSealer,
  );
  const pseudonyms = createPseudonyms(keys.stable);
  const headersOf = (event: SubmissionEvent, verdict: Verdict) => {
    const token = sealToken(keys.current(), {
      account: verdict.account,
      // Without SASL there is no credential: the account is a domain or an address.
      credential: hasAccount(event) ? (event.credential ?? 'main') : '',
      context: verdict.context,
      at: event.at,
      reference: verdict.reference,
    });
    return makeHeaders(options, pseudonyms, { event, verdict, token });
  };
  const isEnabled = options.enabled ?? true;
  return {
    names: isEnabled ? headerNames(options) : [],
    tokenNames: [...new Set([options.header ?? TRACE_HEADER, TRACE_HEADER, 'CFBL-Feedback-ID'])],
    headers: {
      headersOf: isEnabled ? headersOf : () => [],
      isOurs: createOwnershipCheck(isEnabled ? options : { submitter: 'off' }),
    },
    reader: { read: (token) => readToken((id) => keys.find(id), token) },
    keys: () => keys.ids(),
    rotate: (drop = []) => keys.rotate(drop),
  };
}

function hasAccount({ account }: SubmissionEvent): boolean {
  return account !== undefined && account !== '';
}
