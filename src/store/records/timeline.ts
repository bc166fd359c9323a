/**
 * What has happened to an incident or a case, as lines in order. Bounded, and what people wrote is what
 * stays: lines that repeat what the journal and the audit log have go first, and that is said.
 */
import type { TimelineEntry } from './entries.ts';

/** Lines of one timeline. */
export const MAX_TIMELINE = 200;
/** Notes and answers of people in one; more are refused, none is lost. */
export const MAX_NOTES = 150;

/** What is noted by this name is told, not done. */
export const OURSELVES = 'primum';

/** Adds a line. The first stays, and so do notes and answers. */
export function withEntry(
  timeline: readonly TimelineEntry[],
  entry: TimelineEntry,
): readonly TimelineEntry[] {
  const all = [...timeline, entry];
  while (all.length > MAX_TIMELINE) leaveOut(all);
  return all;
}

/** Whether one more note has room. */
export function hasRoomForNote(timeline: readonly TimelineEntry[]): boolean {
  return timeline.filter(isWritten).length < MAX_NOTES;
}

function isWritten({ kind }: TimelineEntry): boolean {
  return kind === 'note' || kind === 'answer';
}

/** The oldest line that is told elsewhere: our own first, then one of a single message, then others. */
function leaveOut(all: TimelineEntry[]): void {
  const isMark = all[1]?.omitted !== undefined;
  const from = isMark ? 2 : 1;
  const oldest = (isOne: (entry: TimelineEntry) => boolean): number =>
    all.findIndex((entry, i) => i >= from && i < all.length - 1 && isOne(entry));
  const place = [
    oldest(({ by, kind }) => by === OURSELVES && kind === undefined),
    oldest(({ kind }) => kind === 'message'),
    oldest((entry) => !isWritten(entry)),
    from,
  ].find((found) => found >= 0);
  const [left] = all.splice(place ?? from, 1);
  const omitted = (all[1]?.omitted ?? 0) + 1;
  const at = isMark ? (all[1]?.at ?? '') : (left?.at ?? '');
  all.splice(1, isMark ? 1 : 0, markOf(omitted, at));
}

function markOf(omitted: number, at: string): TimelineEntry {
  const what = omitted === 1 ? '1 line is' : `${omitted} lines are`;
  const text = `${what} left out here; the audit log has what people did, the journal each decision.`;
  return { at, by: OURSELVES, text, omitted };
}
