/**
 * A sender address outside the platform: people use their own, stolen accounts carry the address
 * that collects the answers. Freemail weighs as a foreign Reply-To does (detection design 1.2).
 */
import type { Evidence } from '../evidence.ts';
import { domainOf } from '../identity.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { isAuthenticated, senderKind } from '../rules/senders.ts';

export function foreignSenderEvidence(subject: SubmissionSubject): Evidence | undefined {
  const { event, world } = subject;
  if (!isAuthenticated(subject) || senderKind(subject, event.envelopeSender) !== 'foreign') {
    return undefined;
  }
  const domain = domainOf(event.envelopeSender);
  const freemail = world.isFreemail(domain);
  return {
    signal: 'foreign-sender',
    practice: 'ACC-3',
    family: 'content',
    weight: freemail ? 3.9 : 2.5,
    text: `The return-path is in ${domain}${freemail ? ', a freemail provider' : ''}; the account's mail comes from ${subject.facts.tenant}.`,
  };
}
