/**
 * The time of each row of an abuse report: of its own line, or of a line that is nobody's. A wrong time
 * names the wrong customer of an address that changes hands, so that none is better.
 */
import { MAX_REPORT_LINES, type Located } from './named-addresses.ts';
import { findTime } from './times.ts';

/** Lines without an address or a URL that are looked at; a report has few, a log has many. */
const MAX_SHARED = 1_000;
const MAX_CHARS = 2_000;

interface Shared {
  readonly paragraph: number;
  readonly at: string;
}

/** @returns the time of a row by the numbers of its lines. */
export function createTimesOf(
  text: string,
  rows: readonly Located[],
  sentMs: number | undefined,
): (lines: readonly number[]) => string | undefined {
  const all = text.split('\n', MAX_REPORT_LINES).map((line) => line.slice(0, MAX_CHARS));
  const times = new Map<number, string | undefined>();
  const timeAt = (line: number) => {
    if (!times.has(line)) times.set(line, findTime(all[line] ?? '', sentMs));
    return times.get(line);
  };
  const paragraphs = paragraphsOf(all);
  const taken = new Set(rows.flatMap(({ lines }) => lines));
  const shared: Shared[] = [];
  for (let line = 0; line < all.length && line < MAX_SHARED; line += 1) {
    const at = taken.has(line) ? undefined : timeAt(line);
    if (at !== undefined) shared.push({ paragraph: paragraphs[line] ?? 0, at });
  }
  const withRows = new Set([...taken].map((line) => paragraphs[line] ?? 0));
  const ofAll = shared.filter(({ paragraph }) => !withRows.has(paragraph));
  return (lines) => {
    for (const line of lines) {
      const own = timeAt(line);
      if (own !== undefined) return own;
    }
    if (rows.length === 1) return shared[0]?.at;
    const beside = new Set(lines.map((line) => paragraphs[line] ?? 0));
    return soleTime(shared.filter(({ paragraph }) => beside.has(paragraph))) ?? soleTime(ofAll);
  };
}

/** The number of each line's paragraph; the subject is the first. */
function paragraphsOf(lines: readonly string[]): readonly number[] {
  let paragraph = 0;
  return lines.map((line, number) => {
    if (number === 1 || line.trim() === '') paragraph += 1;
    return paragraph;
  });
}

/** One and the same; where several are told nobody knows whose each is. */
function soleTime(times: readonly Shared[]): string | undefined {
  const [first] = times;
  return times.every(({ at }) => at === first?.at) ? first?.at : undefined;
}
