/**
 * A key ring in use: each key made ready once, the newest replaced by age at its next use, so that
 * there is no clock to run. Several hosts may share the file; what another wrote is taken up.
 */
import {
  isRotationDue,
  newestKey,
  openKeyRing,
  readRing,
  requireRing,
  rotateKeyRing,
  stampOf,
  type KeyRing,
  type KeyRingOptions,
  type KeyRingWords,
  type RingKey,
} from './key-ring.ts';

export interface LiveKeysOptions extends KeyRingOptions {
  /** `use` is what the keys are for, such as `trace headers`. */
  readonly words: KeyRingWords & { readonly use: string };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Makes and replaces no key: for a look beside the program that owns the file. */
  readonly isReader?: boolean;
  /** Trouble that needs an operator, in a sentence; said once an hour at most. */
  readonly warn: (message: string) => void;
}

export interface LiveKeys<T> {
  /** For pseudonyms that stay equal for years. */
  readonly stable: Buffer;
  /** The newest key, replaced first when it is too old. */
  current(): T;
  /** A key may have come or gone since, on another host that shares the file. */
  find(id: string): T | undefined;
  /** Every key, newest first. */
  all(): readonly T[];
  /** Ids of the keys, oldest first; the last one makes tokens. */
  ids(): readonly string[];
  /**
   * Makes a new key now; its id. Tokens of the keys in `drop` are not believed any more.
   * @throws what the file system says; then the old key goes on.
   */
  rotate(drop?: readonly string[]): string;
}

const DAY_MS = 86_400_000;
/** After a rotation that failed. */
const RETRY_MS = 3_600_000;
/** How long a key that was dropped on another host that shares the file still makes tokens. */
export const LOOK_EVERY_MS = 10_000;

/** @throws PrimumError STATE_UNUSABLE */
export function openLiveKeys<T>(
  options: LiveKeysOptions,
  prepare: (key: RingKey) => T,
): LiveKeys<T> {
  const { now, path, words } = options;
  let ring: KeyRing =
    options.isReader === true ? requireRing(options) : openKeyRing(options, now());
  let stamp = stampOf(path);
  let ready = readyOf(ring, prepare);
  let retryAtMs = options.isReader === true ? Infinity : -Infinity;
  let lookedMs = now();

  const use = (next: KeyRing): void => {
    ring = next;
    ready = readyOf(ring, prepare);
    stamp = stampOf(path);
  };
  const refresh = (): void => {
    if (stampOf(path) !== stamp) use(readRing(options) ?? ring);
  };
  const refreshIfPossible = (): void => {
    try {
      refresh();
    } catch {
      // Whoever writes it next says what is wrong; what is in memory goes on.
    }
  };
  const rotate = (drop: readonly string[] = []): string => {
    refresh();
    use(rotateKeyRing(options, ring, { nowMs: now(), drop }));
    return newestKey(ring).id;
  };
  const rotateByAge = (nowMs: number): void => {
    try {
      // Another host that shares the file may have been first.
      refresh();
      if (isRotationDue(options, ring, nowMs)) rotate();
    } catch (error) {
      retryAtMs = nowMs + RETRY_MS;
      const cause = error instanceof Error ? error.message : String(error);
      const days = Math.floor((nowMs - newestKey(ring).bornMs) / DAY_MS);
      options.warn(
        `The key of ${words.use} is ${days} days old and cannot be replaced: ${cause}. Make ${path} writable; the old key goes on.`,
      );
    }
  };
  return {
    stable: ring.stable,
    rotate,
    ids: () => {
      refreshIfPossible();
      return ring.keys.map(({ id }) => id);
    },
    current: () => {
      const nowMs = now();
      if (Math.abs(nowMs - lookedMs) >= LOOK_EVERY_MS) {
        lookedMs = nowMs;
        refreshIfPossible();
      }
      if (nowMs >= retryAtMs && isRotationDue(options, ring, nowMs)) rotateByAge(nowMs);
      return ready.newest;
    },
    find: (id) => {
      refreshIfPossible();
      return ready.byId.get(id);
    },
    all: () => {
      refreshIfPossible();
      return ready.all;
    },
  };
}

function readyOf<T>(ring: KeyRing, prepare: (key: RingKey) => T) {
  const byId = new Map(ring.keys.map((key) => [key.id, prepare(key)]));
  const all = [...byId.values()].reverse();
  return { byId, all, newest: byId.get(newestKey(ring).id) ?? prepare(newestKey(ring)) };
}
