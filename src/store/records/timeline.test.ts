/** What people wrote stays in a timeline; what is told elsewhere makes room, and that is said. */
import { expect, test } from 'vitest';
import type { TimelineEntry } from './entries.ts';
import { hasRoomForNote, MAX_NOTES, MAX_TIMELINE, withEntry } from './timeline.ts';

const AT = '2026-06-10T00:00:00.000Z';
const line = (by: string, text: string, kind?: TimelineEntry['kind']): TimelineEntry => ({
  ...{ at: AT, by, text },
  ...(kind === undefined ? {} : { kind }),
});
const added = (before: readonly TimelineEntry[], more: readonly TimelineEntry[]) =>
  more.reduce(withEntry, before);
const many = (count: number, one: TimelineEntry): TimelineEntry[] =>
  Array.from({ length: count }, () => one);

test('lines of our own make room first, then those of single messages, then steps of people', () => {
  const begun = [line('primum', 'Opened.'), line('olga', 'Owner phoned.', 'note')];
  const mixed = added(begun, [
    line('olga', 'Taken.'),
    line('primum', 'Counted.'),
    line('olga', 'A held message is released.', 'message'),
  ]);
  const flooded = added(mixed, many(MAX_TIMELINE - 4, line('primum', 'More.')));
  expect(flooded).toHaveLength(MAX_TIMELINE);
  expect(flooded.slice(0, 5).map(({ text }) => text)).toEqual([
    'Opened.',
    '2 lines are left out here; the audit log has what people did, the journal each decision.',
    'Owner phoned.',
    'Taken.',
    'A held message is released.',
  ]);
  const bulk = added(flooded, many(2 * MAX_TIMELINE, line('paul', 'Released.', 'message')));
  expect(bulk.map(({ text }) => text).slice(2, 5)).toEqual([
    'Owner phoned.',
    'Taken.',
    'Released.',
  ]);
  const handed = added(bulk, many(2 * MAX_TIMELINE, line('paul', 'Joined.')));
  expect(handed.map(({ text }) => text)).toContain('Owner phoned.');
  expect(handed[1]?.omitted).toBe(4 * MAX_TIMELINE + 2);
});

test('notes have a bound of their own, below that of lines', () => {
  const written = many(MAX_NOTES, line('olga', 'x', 'note'));
  expect(hasRoomForNote(written.slice(1))).toBe(true);
  expect(hasRoomForNote(written)).toBe(false);
  expect(MAX_NOTES).toBeLessThan(MAX_TIMELINE);
});
