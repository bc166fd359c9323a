/** An account's days from the journal: newest first, its own only, within bounds. */
import { expect, test } from 'vitest';
import type { Journal, JournalLine } from '../store/journal.ts';
import { createMemoryJournal } from '../store/memory/journal.ts';
import { readTimeline } from './account-timeline.ts';

const NOW = Date.UTC(2026, 5, 10, 12);
const at = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

function login(minutes: number, account = 'ann@example.org'): JournalLine {
  return {
    ...{ v: 1, kind: 'login', id: `l${minutes}`, at: at(minutes), account, ok: true },
    ...{ service: 'imap', clientAddress: '192.0.2.7' },
  };
}

/** Lines, newest first, as a journal looks through them. */
function journalOf(lines: readonly JournalLine[]): Journal {
  const journal = createMemoryJournal();
  journal.append(...[...lines].reverse());
  return journal;
}

const read = (lines: readonly JournalLine[], page: { limit: number; before?: string }) =>
  readTimeline({ journal: journalOf(lines), now: () => NOW }, 'ann@example.org', page);

test('it names what the account did, and nothing of others', async () => {
  const { lines, isCut } = await read([login(1), login(2, 'bob@example.org'), login(3)], {
    limit: 10,
  });
  expect(lines.map(({ at: time, text }) => [time, text])).toEqual([
    [at(1), 'Logged in over imap from 192.0.2.7.'],
    [at(3), 'Logged in over imap from 192.0.2.7.'],
  ]);
  expect(isCut).toBe(false);
});

test('it ends at its bound and says that there is more', async () => {
  const { lines, isCut } = await read([login(1), login(2), login(3)], { limit: 2 });
  expect(lines).toHaveLength(2);
  expect(isCut).toBe(true);
});

test('it goes on where the page before ended, and no further than a month', async () => {
  const { lines } = await read([login(1), login(2)], { limit: 10, before: at(1) });
  expect(lines.map((line) => line.at)).toEqual([at(2)]);
  const old = await read([login(1), login(60 * 24 * 31)], { limit: 10 });
  expect(old.lines).toHaveLength(1);
  expect(old.isCut).toBe(true);
});

const submission = (minutes: number, to: readonly string[]): JournalLine => ({
  ...{ v: 1, kind: 'submission', id: `s${minutes}`, at: at(minutes), account: 'ann@example.org' },
  ...{ clientAddress: '192.0.2.7', envelopeSender: 'ann@example.org', envelopeRecipients: [...to] },
});

const verdict = (minutes: number, strangers?: number): JournalLine => ({
  ...{ kind: 'verdict', for: `s${minutes}`, at: at(minutes), account: 'ann@example.org' },
  ...{ identity: 'ann@example.org/main', context: 'c', verdict: 'pass', enforced: false },
  ...{ rung: 'observe', score: 0, reasons: [], reference: `R${minutes}` },
  ...(strangers === undefined ? {} : { strangers }),
});

test('a submission tells how many recipients were new then, and nothing where that was not known', async () => {
  const five = Array.from({ length: 5 }, (_, i) => `r${i}@dest.test`);
  const two = five.slice(0, 2);
  const { lines } = await read(
    [
      ...[verdict(1, 2), submission(1, five), verdict(2, 0), submission(2, two)],
      ...[verdict(3, 1), submission(3, ['r0@dest.test']), verdict(4), submission(4, two)],
    ],
    { limit: 10 },
  );
  const from = 'Submitted from 192.0.2.7 to';
  expect(lines.map(({ text, recipients }) => [text, recipients])).toEqual([
    [
      `${from} r0@dest.test, r1@dest.test, r2@dest.test and 2 more (2 of 5 new)`,
      { new: 2, known: 3 },
    ],
    [`${from} r0@dest.test, r1@dest.test (all known)`, { new: 0, known: 2 }],
    [`${from} r0@dest.test (new)`, { new: 1, known: 0 }],
    [`${from} r0@dest.test, r1@dest.test`, undefined],
  ]);
});

test('what a reviewer decided on a held message stands with what became of it', async () => {
  const decided = (kind: 'release' | 'return', minutes: number, of: string): JournalLine => ({
    ...{ v: 1, kind, id: `${kind}${minutes}`, at: at(minutes), submission: of },
    ...{ by: 'olga', why: 'Reviewed.' },
  });
  const delivery: JournalLine = {
    ...{ v: 1, kind: 'delivery', id: 'd1', at: at(1), submission: 's4', result: 'delivered' },
    recipient: 'kim@dest.test',
  };
  const { lines } = await read(
    [
      ...[delivery, decided('release', 2, 's4'), decided('return', 3, 's5')],
      ...[decided('release', 3, 'of-bob'), submission(4, ['kim@dest.test']), submission(5, [])],
    ],
    { limit: 10 },
  );
  expect(lines.slice(0, 3).map(({ text }) => text)).toEqual([
    'Delivered to kim@dest.test.',
    'olga let a held message go: Reviewed.',
    'olga sent a held message back: Reviewed.',
  ]);
  expect(lines).toHaveLength(5);
});
