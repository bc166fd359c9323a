/** Finds a decision by its reference, with the event it judged and the change of rung it made. */
import type { PrimumEvent } from '../core/event.ts';
import { plainWords } from '../core/plain-words.ts';
import type { Explanation } from '../core/report.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';
import type { Journal, JournalKey, JournalLine } from '../store/journal.ts';

const HOUR_MS = 3_600_000;
/** What a log tells is judged when it is read, and a host may have been away for a while. */
const LATE_MS = 14 * 24 * HOUR_MS;

export async function explain(
  journal: Journal,
  reference: string,
): Promise<Explanation | undefined> {
  if (!/^[0-9A-Z]{8}$/.test(reference)) return undefined;
  const isVerdict = (line: JournalLine): boolean =>
    line.kind === 'verdict' && line.reference === reference;
  const named = [{ field: 'reference' as const, value: reference }];
  const verdict = (await journal.findBy(named, isVerdict)) as Verdict | undefined;
  if (verdict === undefined) return undefined;
  const event = await eventOf(journal, verdict);
  const rungChange = (await journal.findBy(
    aboutThen(verdict),
    (line) => line.kind === 'rung' && line.at === verdict.at && line.identity === verdict.identity,
  )) as RungChange | undefined;
  return {
    verdict,
    words: plainWords(verdict),
    ...(event === undefined ? {} : { event }),
    ...(rungChange === undefined ? {} : { rungChange }),
  };
}

async function eventOf(journal: Journal, verdict: Verdict): Promise<PrimumEvent | undefined> {
  const isIt = (line: JournalLine): boolean => 'id' in line && line.id === verdict.for;
  // Mail without AUTH names no account in its event.
  const found =
    (await journal.findBy(aboutThen(verdict), isIt)) ??
    (await journal.find(isIt, `"id":${JSON.stringify(verdict.for)}`));
  return found as PrimumEvent | undefined;
}

function aboutThen({ account, at }: Verdict): readonly JournalKey[] {
  const judgedMs = Date.parse(at);
  const bounds = { since: judgedMs - HOUR_MS, until: judgedMs + LATE_MS };
  return [{ field: 'account', value: account, ...bounds }];
}
