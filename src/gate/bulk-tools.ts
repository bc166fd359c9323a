/** SND-12: who writes with a tool for bulk mail, most mail first. */
import { readUsage } from '../core/profile/usage-record.ts';
import type { BulkToolReport } from '../core/report.ts';
import type { StandingStore } from '../store/standing.ts';

/** Accounts with their tools are kept under this, one record an account. */
export const BULK_TOOL_KEYS = 't:';

export async function reportBulkTools(standing: StandingStore): Promise<BulkToolReport[]> {
  const reports: BulkToolReport[] = [];
  for await (const [key, record] of standing.scan(BULK_TOOL_KEYS)) {
    for (const row of readUsage(record)) {
      reports.push({
        account: key.slice(BULK_TOOL_KEYS.length),
        tool: row.name,
        firstAt: new Date(row.firstMs).toISOString(),
        lastAt: new Date(row.lastMs).toISOString(),
        messages: row.messages,
        recipients: row.recipients,
      });
    }
  }
  return reports.sort((a, b) => b.messages - a.messages);
}
