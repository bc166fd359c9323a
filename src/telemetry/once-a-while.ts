/** Says the same thing at most once in a while, and how often it was held back. */

/** Different things remembered; beyond it the oldest is forgotten and may be said again. */
export const MAX_REMEMBERED = 500;

interface Said {
  at: number;
  heldBack: number;
}

export interface OnceAWhile {
  /** Occurrences held back since `key` was last said, or `undefined` when it is too soon again. */
  say(key: string, everyMs: number): number | undefined;
}

/** @param now Milliseconds since 1970. */
export function createOnceAWhile(now: () => number): OnceAWhile {
  const said = new Map<string, Said>();
  return {
    say(key, everyMs) {
      const known = said.get(key);
      const at = now();
      // A clock that went backwards must not silence warnings: the difference is then negative.
      if (known && at - known.at < everyMs && at >= known.at) {
        known.heldBack++;
        return undefined;
      }
      said.delete(key);
      if (said.size >= MAX_REMEMBERED) {
        const [oldest] = said.keys();
        if (oldest !== undefined) said.delete(oldest);
      }
      said.set(key, { at, heldBack: 0 });
      return known?.heldBack ?? 0;
    },
  };
}
