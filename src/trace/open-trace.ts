/**
 * Trace headers for messages that leave, and the reader of their tokens. Keys stand in a file that
 * only this part touches. A key is replaced by age with the first message after its time, so there
 * is no clock to run.
 */
import type { SubmissionEvent } from '../core/event.ts';
import type { Verdict } from '../core/verdict.ts';
import type { TraceHeaders, TraceReader } from './contract.ts';
import {
  createOwnershipCheck,
  createPseudonyms,
  headerNames,
  makeHeaders,
  TRACE_HEADER,
} from './headers.ts';
import type { HeaderSettings } from './headers.ts';
import {
  isRotationDue,
  newestKey,
  openKeyRing,
  readRing,
  rotateKeyRing,
  stampOf,
} from './key-ring.ts';
import type { KeyRing, KeyRingOptions, Rotation } from './key-ring.ts';
import { createSealer, readToken, sealToken } from './token.ts';
import type { Sealer } from './token.ts';

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
/** After a rotation that failed. */
const RETRY_MS = 3_600_000;
/** How long a key that was dropped on another host that shares the file still makes tokens. */
export const LOOK_EVERY_MS = 10_000;

/** @throws PrimumError STATE_UNUSABLE */
export function openTrace(options: TraceOptions): Trace {
  const { now } = options;
  const keys = createKeys(options);
  const pseudonyms = createPseudonyms(keys.ring().stable);
  const headersOf = (event: SubmissionEvent, verdict: Verdict) => {
    const token = sealToken(keys.current(now()), {
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
    reader: { read: (token) => readToken(keys.find, token) },
    keys: () => keys.ring().keys.map(({ id }) => id),
    rotate: (drop = []) => keys.rotate({ nowMs: now(), drop }),
  };
}

function hasAccount({ account }: SubmissionEvent): boolean {
  return account !== undefined && account !== '';
}

/** The ring in memory, with each key ready for use. */
function createKeys(options: TraceOptions) {
  const file: KeyRingOptions = {
    path: options.keysFile,
    rotateAfterMs: options.rotateAfterMs ?? ROTATE_AFTER_MS,
    keepMs: options.keepMs ?? KEEP_MS,
  };
  let ring: KeyRing = openKeyRing(file, options.now());
  let stamp = stampOf(file.path);
  let sealers = sealersOf(ring);
  let sealer = createSealer(newestKey(ring));
  let retryAtMs = -Infinity;
  let lookedMs = options.now();

  const use = (next: KeyRing): void => {
    ring = next;
    sealers = sealersOf(ring);
    sealer = createSealer(newestKey(ring));
    stamp = stampOf(file.path);
  };
  const refresh = (): void => {
    if (stampOf(file.path) !== stamp) use(readRing(file.path) ?? ring);
  };
  const refreshIfPossible = (): void => {
    try {
      refresh();
    } catch {
      // Whoever writes it next says what is wrong; what is in memory goes on.
    }
  };
  const rotate = (rotation: Rotation): string => {
    refresh();
    use(rotateKeyRing(file, ring, rotation));
    return newestKey(ring).id;
  };
  const rotateByAge = (nowMs: number): void => {
    try {
      // Another host that shares the file may have been first.
      refresh();
      if (isRotationDue(file, ring, nowMs)) rotate({ nowMs, drop: [] });
    } catch (error) {
      retryAtMs = nowMs + RETRY_MS;
      const cause = error instanceof Error ? error.message : String(error);
      options.warn(
        `The key of trace headers is ${Math.floor((nowMs - newestKey(ring).bornMs) / DAY_MS)} days old and cannot be replaced: ${cause}. Make ${file.path} writable; the old key goes on.`,
      );
    }
  };
  return {
    ring: (): KeyRing => {
      refreshIfPossible();
      return ring;
    },
    rotate,
    current: (nowMs: number): Sealer => {
      if (Math.abs(nowMs - lookedMs) >= LOOK_EVERY_MS) {
        lookedMs = nowMs;
        refreshIfPossible();
      }
      if (nowMs >= retryAtMs && isRotationDue(file, ring, nowMs)) rotateByAge(nowMs);
      return sealer;
    },
    /** A key may have come or gone since, on another host that shares the file. */
    find: (id: string): Sealer | undefined => {
      refreshIfPossible();
      return sealers.get(id);
    },
  };
}

function sealersOf(ring: KeyRing): ReadonlyMap<string, Sealer> {
  return new Map(ring.keys.map((key) => [key.id, createSealer(key)]));
}
