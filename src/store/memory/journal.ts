/** A journal in memory: for tests and replay without a file. */
import type { Journal, JournalLine } from '../journal.ts';

export interface MemoryJournal extends Journal {
  /** Everything appended, oldest first. */
  readonly lines: readonly JournalLine[];
}

/** An empty journal. Lines are kept as they would be read back from a file. */
export function createMemoryJournal(): MemoryJournal {
  const texts: string[] = [];
  let dropped = 0;
  return {
    get lines() {
      return texts.map(parse);
    },
    append: (...lines) => {
      for (const line of lines) {
        try {
          texts.push(JSON.stringify(line));
        } catch {
          dropped += 1;
        }
      }
    },
    find: (match, text) => {
      const candidates = texts.filter((line) => line.includes(text)).map(parse);
      return Promise.resolve(candidates.reverse().find(match));
    },
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => ({ appended: texts.length, dropped, queuedBytes: 0 }),
  };
}

function parse(text: string): JournalLine {
  return JSON.parse(text) as JournalLine;
}
