/**
 * What came back for mail of this context: the evidence was added when it came (gate/note-outcome.ts),
 * here it gets its sentence. Adds nothing itself.
 */
import type { Evidence } from '../evidence.ts';
import { outcomesAgainst } from '../score.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

/** As much as a family must say to count as one (score.ts). */
const WORTH_SAYING = 1.5;

export function outcomes(subject: SubmissionSubject): Evidence | undefined {
  const { outcomes: known, profile, context } = subject;
  if (known === undefined) return undefined;
  const { week } = known;
  if (week.hard === 0 && week.complaints === 0) return undefined;
  const sum = outcomesAgainst(profile, context.key, subject.nowMs);
  if (sum < WORTH_SAYING) return undefined;
  const of = Math.max(week.known, subject.account.sent('week', subject.nowMs));
  const parts: string[] = [];
  if (week.unknown > 0) parts.push(`${week.unknown} of ${of} recipients did not exist`);
  const others = week.hard - week.unknown;
  if (others > 0) parts.push(`${others} of ${of} could not be reached for good`);
  if (week.complaints > 0) parts.push(`${week.complaints} complained`);
  return {
    signal: 'outcomes',
    practice: 'FBK-1',
    family: 'outcomes',
    weight: 0,
    text: `In the last week ${parts.join(', ')}; it weighs ${sum.toFixed(1)} against this use.`,
  };
}
