/** ACC-4: submission and login only from the account's own networks, where the customer named some. */
import type { Finding, LoginSubject, SubmissionSubject } from './finding.ts';

export function clientNetwork(subject: SubmissionSubject | LoginSubject): Finding | undefined {
  const { rules, network } = subject;
  if (rules.clientNetworkAction === 'off' || rules.allowsNetwork === undefined) return undefined;
  if (network.address === '' || rules.allowsNetwork(network)) return undefined;
  return {
    rule: 'client-network',
    practice: 'ACC-4',
    action: rules.clientNetworkAction,
    text: `The client is at ${network.address}${network.country === '' ? '' : ` (${network.country})`}, outside the networks this account is used from.`,
    cause: 'client-network',
  };
}
