/** ACC-13: no password in the clear. */
import type { Finding, LoginSubject, SubmissionSubject } from './finding.ts';

export function cleartext(subject: SubmissionSubject | LoginSubject): Finding | undefined {
  const { event, rules, network } = subject;
  if (rules.cleartext === 'off' || event.tls !== false || network.class === 'local')
    return undefined;
  if (event.account === undefined || event.account === '') return undefined;
  return {
    rule: 'cleartext',
    practice: 'ACC-13',
    // A login is over when it is seen: there is nothing to hold.
    action: rules.cleartext === 'hold' && event.kind === 'login' ? 'observe' : rules.cleartext,
    text: 'The password crossed the network without TLS.',
  };
}
