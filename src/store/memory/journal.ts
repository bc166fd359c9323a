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
  const newest = (
    match: (line: JournalLine) => boolean,
    isCandidate: (text: string) => boolean,
  ): Promise<JournalLine | undefined> =>
    Promise.resolve(texts.filter(isCandidate).map(parse).reverse().find(match));
  return {
    find: (match, text) => newest(match, (line) => line.includes(text)),
    findBy: (keys, match) => {
      // An account is the same in any letter case; `match` asks for what it means.
      const parts = keys.map(({ value }) => JSON.stringify(value).slice(1, -1).toLowerCase());
      return newest(match, (line) => parts.some((text) => line.toLowerCase().includes(text)));
    },
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
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => ({ appended: texts.length, dropped, queuedBytes: 0 }),
  };
}

function parse(text: string): JournalLine {
  return JSON.parse(text) as JournalLine;
}
