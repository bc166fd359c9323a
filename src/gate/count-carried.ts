/**
 * How far a campaign reaches: the messages of its accounts that carry what they share, from the
 * journal. One pass for all of them, bounded in time: whoever opens an incident waits for it.
 */
import { recipientCount } from '../core/event.ts';
import type { Carried, CarriedQuery } from '../core/report.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Journal, JournalLine } from '../store/journal.ts';

const MOST_MS = 1_500;
/** Messages whose verdict waits for the message it is of, which stands before it. */
const MAX_STOPPED = 100_000;
/** A host may have been away: an event is judged after it happened. */
const LATE_MS = 3_600_000;

export async function countCarried(journal: Journal, query: CarriedQuery): Promise<Carried> {
  const { accounts, since, until, isOne } = query;
  const wanted = new Set(accounts);
  const endMs = performance.now() + MOST_MS;
  const isLate = (): boolean => performance.now() > endMs;
  const stopped = new Set<string>();
  const sum = { messages: 0, recipients: 0 };
  const left = { messages: 0, recipients: 0 };
  // Set in `match`, which the compiler does not follow.
  let isCut = false as boolean;
  const match = (line: JournalLine): boolean => {
    isCut ||= isLate() || stopped.size > MAX_STOPPED;
    if (isCut) return true;
    // What was dated wrong or came late stands among the newer.
    if (line.at < since) return false;
    if (line.kind === 'verdict' && isStop(line)) stopped.add(line.for);
    if (line.kind !== 'submission' || line.at > until) return false;
    if (!wanted.has((line.account ?? '').toLowerCase()) || !isOne(line)) return false;
    const isStopped = stopped.delete(line.id);
    for (const one of isStopped ? [sum] : [sum, left]) {
      one.messages += 1;
      one.recipients += recipientCount(line);
    }
    return false;
  };
  const bounds = { since: Date.parse(since), until: Date.parse(until) + LATE_MS };
  const keys = accounts.map((value) => ({ field: 'account' as const, value, ...bounds }));
  await journal.findBy(keys, match, isLate);
  return { ...sum, left, isCut: isCut || isLate() };
}

function isStop({ enforced, verdict }: Verdict): boolean {
  return enforced && verdict !== 'pass';
}
