/** Ids of the events seen lately, so that an event that comes twice counts once. */
import { RecentKeys } from '../core/recent-keys.ts';
import type { Verdict } from '../core/verdict.ts';

export interface RecentIds {
  has(id: string): boolean;
  /** The verdict given before, where it was not a plain pass. */
  verdictOf(id: string): Verdict | undefined;
  add(id: string, verdict?: Verdict): void;
}

/** Remembers at least `size` and at most twice as many. */
export function createRecentIds(size: number): RecentIds {
  const ids = new RecentKeys(size);
  // Nearly all pass: the others are kept whole, for as long as their ids.
  let young = new Map<string, Verdict>();
  let old = new Map<string, Verdict>();
  return {
    has: (id) => ids.get(id) !== undefined,
    verdictOf: (id) => young.get(id) ?? old.get(id),
    add: (id, verdict) => {
      const isNext = ids.set(id, 0);
      if (isNext) {
        old = young;
        young = new Map();
      }
      if (verdict !== undefined && !isPlainPass(verdict)) young.set(id, verdict);
    },
  };
}

function isPlainPass({ verdict, perRecipient }: Verdict): boolean {
  return verdict === 'pass' && perRecipient === undefined;
}
