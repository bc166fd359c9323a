/**
 * Ids of the events seen lately, so that an event that comes twice counts once. Two generations of
 * a fixed size: an id is remembered for at least `size` and at most twice as many events.
 */
import type { Verdict } from '../core/verdict.ts';

export interface RecentIds {
  has(id: string): boolean;
  /** The verdict given before, where it was not a plain pass. */
  verdictOf(id: string): Verdict | undefined;
  add(id: string, verdict?: Verdict): void;
}

export function createRecentIds(size: number): RecentIds {
  let young = new Map<string, Verdict | undefined>();
  let old = new Map<string, Verdict | undefined>();
  return {
    has: (id) => young.has(id) || old.has(id),
    verdictOf: (id) => young.get(id) ?? old.get(id),
    add: (id, verdict) => {
      young.set(id, verdict?.verdict === 'pass' ? undefined : verdict);
      if (young.size < size) return;
      old = young;
      young = new Map();
    },
  };
}
