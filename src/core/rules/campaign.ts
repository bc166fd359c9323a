/**
 * CON-3: one text from several accounts within 72 hours is a campaign, whatever else speaks for its
 * senders. Only people count, only what goes outside, and not what is answered or forwarded.
 */
import { CLUSTER_HOURS } from '../profile/cluster-record.ts';
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

export function campaign({ content, rules }: Looked): Finding | undefined {
  const { cluster, isNew } = content;
  const { accounts, action } = rules.campaign;
  if (cluster === undefined || !isNew || cluster.authors < accounts || !isOn(action)) {
    return undefined;
  }
  const since = new Date(cluster.firstMs).toISOString();
  return {
    rule: 'campaign',
    practice: 'CON-3',
    action,
    cause: 'campaign',
    text:
      `The same text came from ${cluster.authors} accounts in the last ${CLUSTER_HOURS} hours, ` +
      `${cluster.messages} messages since ${since}; from ${accounts} on it is a campaign.`,
    figures: [
      {
        name: `Accounts sending this text in ${CLUSTER_HOURS} hours`,
        observed: String(cluster.authors),
        usual: `fewer than ${accounts}`,
      },
      { name: 'Messages with this text', observed: String(cluster.messages), usual: '' },
      { name: 'Tenants they belong to', observed: String(cluster.tenants), usual: '' },
    ],
  };
}
