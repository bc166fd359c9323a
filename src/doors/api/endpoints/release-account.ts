/** A person's word on an account that is held or slowed and not locked: it starts anew. */
import { randomUUID } from 'node:crypto';
import type { Incident } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';

/** An account on a rung without a lock starts anew; false when it is on none. */
export async function release(
  parts: ApiParts,
  request: { readonly account: string; readonly by: string; readonly why: string },
): Promise<boolean> {
  const { desk, inspector, now = Date.now, take } = parts;
  const { account, by, why } = request;
  const report = await inspector.account(account);
  const rungs = [report?.rung, ...(report?.identities ?? []).map((identity) => identity.rung)];
  if (!rungs.some((rung) => rung !== undefined && rung !== 'observe')) return false;
  const at = new Date(now()).toISOString();
  await take({ v: 1, kind: 'release', id: randomUUID(), at, account, by, why });
  await desk.audit.add({ at, by, action: 'release', subject: account, why });
  return true;
}

/**
 * An incident that was none, or one whose checklist is done (ACC-12), is over: its accounts are not held on
 * what it was made of. A lock is lifted by itself only.
 * @returns its accounts that are locked still
 */
export async function releaseAfter(
  parts: ApiParts,
  { account, accounts, checklist }: Incident,
  finding: { readonly by: string; readonly verdict: Incident['verdict']; readonly why: string },
): Promise<readonly string[]> {
  const isDone = checklist.length > 0 && checklist.every(({ doneAt }) => doneAt !== undefined);
  const { by, verdict, why } = finding;
  const locked = new Set(parts.desk.locks.list().map((lock) => lock.account));
  const own = [...new Set([account, ...accounts])].filter((one) => one !== '');
  if (verdict === 'false alarm' || (verdict === 'true' && isDone)) {
    for (const one of own) if (!locked.has(one)) await release(parts, { account: one, by, why });
  }
  return own.filter((one) => locked.has(one));
}
