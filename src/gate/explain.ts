/** Finds a decision by its reference, with the event it judged and the change of rung it made. */
import type { FalseRate } from '../core/detection/tail.ts';
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
  falseRate: (score: number) => FalseRate | undefined,
): Promise<Explanation | undefined> {
  if (!/^[0-9A-Z]{8}$/.test(reference)) return undefined;
  const isVerdict = (line: JournalLine): boolean =>
    line.kind === 'verdict' && line.reference === reference;
  const named = [{ field: 'reference' as const, value: reference }];
  const verdict = (await journal.findBy(named, isVerdict)) as Verdict | undefined;
  if (verdict === undefined) return undefined;
  const { event, rungChange } = await aroundOf(journal, verdict);
  const rate = falseRate(verdict.score);
  return {
    verdict,
    words: plainWords(verdict),
    ...(event === undefined ? {} : { event }),
    ...(rungChange === undefined ? {} : { rungChange }),
    ...(rate === undefined ? {} : { falseRate: rate }),
  };
}

interface Around {
  readonly event?: PrimumEvent | undefined;
  readonly rungChange?: RungChange | undefined;
}

/** The event and the change of rung stand beside the verdict, mostly of the time that it tells. */
async function aroundOf(journal: Journal, verdict: Verdict): Promise<Around> {
  const isEvent = (line: JournalLine): boolean => 'id' in line && line.id === verdict.for;
  for (const lateMs of [HOUR_MS, LATE_MS]) {
    const keys = aboutThen(verdict, lateMs);
    const event = (await journal.findBy(keys, isEvent)) as PrimumEvent | undefined;
    if (event !== undefined) return { event, rungChange: await rungOf(journal, verdict, keys) };
  }
  // Mail without AUTH names no account in its event.
  const text = `"id":${JSON.stringify(verdict.for)}`;
  return {
    event: (await journal.find(isEvent, text)) as PrimumEvent | undefined,
    rungChange: await rungOf(journal, verdict, aboutThen(verdict, LATE_MS)),
  };
}

async function rungOf(
  journal: Journal,
  { at, identity }: Verdict,
  keys: readonly JournalKey[],
): Promise<RungChange | undefined> {
  const isIt = (line: JournalLine): boolean =>
    line.kind === 'rung' && line.at === at && line.identity === identity;
  return (await journal.findBy(keys, isIt)) as RungChange | undefined;
}

function aboutThen({ account, at }: Verdict, lateMs: number): readonly JournalKey[] {
  const judgedMs = Date.parse(at);
  const bounds = { since: judgedMs - HOUR_MS, until: judgedMs + lateMs };
  return [{ field: 'account', value: account, ...bounds }];
}
