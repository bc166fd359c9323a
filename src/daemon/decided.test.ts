/** The scorecard's count of what each practice decided. */
import { expect, it } from 'vitest';
import type { JournalLine } from '../store/journal.ts';
import { createDecided } from './decided.ts';
import type { DaemonParts } from './parts.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const ago = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();

function stop(practice: string, hours: number, enforced = true): JournalLine {
  return {
    ...{ kind: 'verdict', for: 'e', at: ago(hours), account: 'a', identity: 'a', context: '' },
    ...{ verdict: 'reject', enforced, rung: 'observe', score: 0, reference: 'R' },
    reasons: [{ signal: 'no-reverse-name', practice, weight: 0, text: 'No name.' }],
  };
}

function partsOf(lines: readonly JournalLine[]) {
  let reads = 0;
  const parts = {
    journal: {
      find: (match: (line: JournalLine) => boolean) => {
        reads += 1;
        return Promise.resolve(lines.find(match));
      },
    },
    desk: {
      incidents: { list: () => Promise.resolve([{ practice: 'ACC-1', lastAt: ago(2) }]) },
    },
    now: () => NOW,
  } as unknown as DaemonParts;
  return { parts, reads: () => reads };
}

it('INB-1, ACC-1: stops of the last day and week, those only watched apart, and incidents', async () => {
  const lines = [stop('INB-1', 1), stop('INB-1', 30), stop('INB-1', 31, false), stop('INB-1', 200)];
  const counts = await createDecided(partsOf(lines).parts)();
  expect(counts.get('INB-1')).toEqual({
    ...{ day: 1, week: 2, watched: { day: 0, week: 1 }, incidents: { day: 0, week: 0 } },
  });
  expect(counts.get('ACC-1')?.incidents).toEqual({ day: 1, week: 1 });
});

it('a page that is loaded again does not read a week of the journal again', async () => {
  const { parts, reads } = partsOf([]);
  const decided = createDecided(parts);
  await decided();
  const before = reads();
  await decided();
  expect(reads()).toBe(before);
});
