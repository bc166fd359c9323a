/**
 * Answers go to a freemail mailbox that is not the From's: how money is collected in another's name.
 * Weight: detection design 1.2, content. Silent where the account has always done so.
 */
import type { Evidence } from '../evidence.ts';
import { domainOf, ownsAddress } from '../identity.ts';
import type { Looked } from '../rules/content.ts';

export function freemailReplyTo({ subject, content }: Looked): Evidence | undefined {
  const { event, facts, world } = subject;
  const replyTo = event.message?.replyTo ?? '';
  if (replyTo === '' || content.replyToIsUsual) return undefined;
  const domain = domainOf(replyTo);
  const from = domainOf(event.message?.headerFrom ?? event.envelopeSender);
  if (domain === from || !world.isFreemail(domain) || ownsAddress(facts, replyTo)) return undefined;
  return {
    signal: 'reply-to',
    practice: 'CON-2',
    family: 'content',
    weight: 3.9,
    text: `Answers are to go to ${domain}, a freemail provider; the sender is at ${from === '' ? 'no domain' : from} and never asked for this.`,
  };
}
