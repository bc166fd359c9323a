/** Puts jobs into the outbox, inside the transaction that makes them necessary. */
import { randomUUID } from 'node:crypto';
import type { JobDraft } from './contract.ts';
import type { RecordsTx } from './tables.ts';

export async function addJobs(
  tx: RecordsTx,
  jobs: readonly JobDraft[],
  incident: { readonly id: string; readonly cause: string },
): Promise<void> {
  if (jobs.length === 0) return;
  const { id, cause } = incident;
  const rows = jobs.map((job) => ({ ...job, incident: id, cause, key: randomUUID() }));
  await tx.insertInto('outbox').values(rows).execute();
}
