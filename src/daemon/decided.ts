/** What each practice decided in the last day and week, from the journal; asked by the scorecard. */
import { countStops } from '../gate/foresight.ts';
import type { DecidedCounts } from '../practices/contract.ts';
import type { DaemonParts } from './parts.ts';

type Parts = Pick<DaemonParts, 'journal' | 'desk' | 'now'>;

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Incidents that are looked through. */
const MAX_INCIDENTS = 500;
/** A journal of a week takes seconds to look through: whoever reloads a page gets the same figures. */
const KEPT_MS = 60_000;

type Count = { day: number; week: number };
interface Counts extends Count {
  readonly watched: Count;
  readonly incidents: Count;
}

export function createDecided(parts: Parts): () => Promise<ReadonlyMap<string, DecidedCounts>> {
  let kept:
    | { readonly atMs: number; readonly counts: Promise<ReadonlyMap<string, DecidedCounts>> }
    | undefined;
  return () => {
    const atMs = parts.now();
    if (kept === undefined || atMs - kept.atMs >= KEPT_MS) {
      const counts = countAll(parts, atMs);
      kept = { atMs, counts };
      // A figure that failed is asked for again, not kept.
      counts.catch(() => (kept = undefined));
    }
    return kept.counts;
  };
}

async function countAll({ journal, desk }: Parts, nowMs: number) {
  const counts = new Map<string, Counts>();
  const of = (practice: string): Counts => {
    const known = counts.get(practice) ?? {
      ...{ day: 0, week: 0, watched: { day: 0, week: 0 }, incidents: { day: 0, week: 0 } },
    };
    counts.set(practice, known);
    return known;
  };
  const add = (count: Count, at: string): void => {
    const age = nowMs - Date.parse(at);
    if (age > WEEK_MS) return;
    count.week += 1;
    if (age <= DAY_MS) count.day += 1;
  };
  await countStops(journal, new Date(nowMs - WEEK_MS).toISOString(), (practice, verdict) => {
    const count = of(practice);
    add(verdict.enforced ? count : count.watched, verdict.at);
  });
  for (const { practice, lastAt } of await desk.incidents.list({ limit: MAX_INCIDENTS }))
    add(of(practice).incidents, lastAt);
  return counts;
}
