/** How full the spool is and how long its oldest message waits, as a person is shown it. */
import type { SpoolBounds, SpoolCounts, SpoolView } from './contract.ts';

interface Entry {
  readonly place: 'queue' | 'kept';
  readonly receivedAtMs: number;
}

export function viewSpool(
  known: Iterable<Entry>,
  given: SpoolBounds & { readonly counts: SpoolCounts; readonly lettersUsed: number },
): SpoolView {
  const { counts, lettersUsed, maxMessages, maxBytes } = given;
  const { waiting, kept, bytes, isFullOfLetters } = counts;
  let oldestMs = Infinity;
  for (const { place, receivedAtMs } of known) {
    if (place === 'queue') oldestMs = Math.min(oldestMs, receivedAtMs);
  }
  return {
    ...{ waiting, kept, bytes },
    ...(oldestMs === Infinity ? {} : { oldestAt: new Date(oldestMs).toISOString() }),
    used: shareOf((waiting + kept) / maxMessages, bytes / maxBytes),
    letters: { used: lettersUsed, isFull: isFullOfLetters },
  };
}

/** Of the bound that is reached first; a spool that was made smaller meanwhile is full, not more. */
export function shareOf(...shares: readonly number[]): number {
  return Math.min(1, Math.round(Math.max(...shares) * 1000) / 1000);
}
