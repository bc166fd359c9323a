/** The journal: every event, verdict and rung change, append-only, replayable. */
import type { PrimumEvent } from '../core/event.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';

export type JournalLine = PrimumEvent | Verdict | RungChange;

/** A name that lines are found by without reading the others. */
export interface JournalKey {
  /** `submission` and `queueId` are those of what came back for a message. */
  readonly field: 'account' | 'reference' | 'submission' | 'queueId';
  readonly value: string;
  /** Bounds of when the lines were written, in milliseconds since 1970; roughly. */
  readonly since?: number;
  readonly until?: number;
}

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
  /** The same among lines with one of the keys; `match` may see others, too, and asks for what it means. */
  findBy(
    keys: readonly JournalKey[],
    match: (line: JournalLine) => boolean,
    isEnough?: () => boolean,
  ): Promise<JournalLine | undefined>;
  /** Resolves when everything appended so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
  stats(): { readonly appended: number; readonly dropped: number; readonly queuedBytes: number };
}

/** The same journal; each line that is appended is shown to `see` before. */
export function seeing(journal: Journal, see: (line: JournalLine) => void): Journal {
  return {
    find: (match, text, isEnough) => journal.find(match, text, isEnough),
    findBy: (keys, match, isEnough) => journal.findBy(keys, match, isEnough),
    flush: () => journal.flush(),
    close: () => journal.close(),
    stats: () => journal.stats(),
    append: (...lines) => {
      for (const line of lines) see(line);
      journal.append(...lines);
    },
  };
}
