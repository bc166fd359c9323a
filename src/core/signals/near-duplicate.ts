/**
 * The same text from accounts that have nothing to do with each other (detection design 1.2, cross).
 * Colleagues send the same letters, so within one tenant it weighs less; so does an answer.
 */
import type { Evidence } from '../evidence.ts';
import { CLUSTER_HOURS } from '../profile/cluster-record.ts';
import type { Looked } from '../rules/content.ts';

/** Two people with one text are a coincidence or a couple. */
const ACCOUNTS = 3;

export function nearDuplicate({
  content: { cluster, isNew },
  subject,
}: Looked): Evidence | undefined {
  if (cluster === undefined || cluster.accounts < ACCOUNTS) return undefined;
  const several = cluster.tenants > 1;
  const toStrangers = subject.outcomes === undefined || subject.outcomes.strangers > 0;
  const weight = (several ? 5 : 3) * (isNew ? 1 : 0.5) * (toStrangers ? 1 : 0.3);
  return {
    signal: 'near-duplicate',
    practice: 'CON-2',
    family: 'cross',
    weight,
    text:
      `Nearly the same text came from ${cluster.accounts} accounts of ` +
      `${several ? `${cluster.tenants} tenants` : 'one tenant'} in ${CLUSTER_HOURS} hours; usually a ` +
      'text has one sender.',
  };
}
