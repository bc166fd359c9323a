/** What came back for an account, for people (FBK-1, FBK-2). */
import type { AccountRecord } from '../core/profile/account-record.ts';
import { OutcomeRecord } from '../core/profile/outcome-record.ts';
import type { OutcomeReport } from '../core/report.ts';
import type { StandingRecord } from '../store/standing.ts';

export function reportOutcomes(
  bytes: StandingRecord,
  account: AccountRecord,
  nowMs: number,
): OutcomeReport {
  const record = new OutcomeRecord(bytes);
  const totals = record.totals();
  const week = record.sums('week', nowMs);
  const iso = (ms: number): string => (ms === 0 ? '' : new Date(ms).toISOString());
  return {
    firstAt: iso(totals.firstMs),
    lastAt: iso(totals.lastMs),
    delivered: totals.delivered,
    deferred: totals.deferred,
    hardBounces: totals.hard,
    softBounces: totals.soft,
    complaints: totals.complaints,
    complaintsTakenBack: totals.takenBack,
    classes: Object.entries(totals.classes)
      .map(([name, count]) => ({ class: name, count }))
      .sort((a, b) => b.count - a.count),
    sharesOfWeek: {
      of: Math.max(week.known, account.sent('week', nowMs)),
      hard: week.hard,
      complaints: week.complaints,
    },
    unknown: week.unknown,
  };
}
