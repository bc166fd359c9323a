/**
 * A sender address outside the platform: people use their own, stolen accounts carry the address
 * that collects the answers. Freemail weighs as a foreign Reply-To does (detection design 1.2).
 */
import type { Evidence } from '../evidence.ts';
import { domainOf } from '../identity.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { isAuthenticated, senderOfKind } from '../rules/senders.ts';

export function foreignSenderEvidence(subject: SubmissionSubject): Evidence | undefined {
  const { world } = subject;
  if (!isAuthenticated(subject)) return undefined;
  const sender = senderOfKind(subject, 'foreign');
  if (sender === undefined) return undefined;
  const domain = domainOf(sender.address);
  const freemail = world.isFreemail(domain);
  return {
    signal: 'foreign-sender',
    practice: 'ACC-3',
    family: 'content',
    weight: freemail ? 3.9 : 2.5,
    text: `The ${sender.where} is in ${domain}${freemail ? ', a freemail provider' : ''}; the account's mail comes from ${subject.facts.tenant}.`,
  };
}
