/** The journal: every event, verdict and rung change, append-only, replayable. */
import type { PrimumEvent } from '../core/event.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';

export type JournalLine = PrimumEvent | Verdict | RungChange;

export interface Journal {
  /** Queues lines; never blocks and never throws. Over its bound it drops lines and counts them. */
  append(...lines: readonly JournalLine[]): void;
  /** Newest line first; stops as soon as the caller does. */
  find(
    match: (line: JournalLine) => boolean,
    text: string,
    /** Asked between pieces of the journal: whether to search no further. */
    isEnough?: () => boolean,
  ): Promise<JournalLine | undefined>;
  /** Resolves when everything appended so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
  stats(): { readonly appended: number; readonly dropped: number; readonly queuedBytes: number };
}
