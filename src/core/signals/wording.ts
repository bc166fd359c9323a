/**
 * Words of payment or credentials together with the way to act on them: a link, a form, another
 * mailbox for the answer. The words alone are everybody's (detection design 1.2, content: 3 nats).
 */
import type { Evidence } from '../evidence.ts';
import { domainOf } from '../identity.ts';
import type { Looked } from '../rules/content.ts';

/** One such word stands in any letter. */
export const WORDS = 2;

export function wording({ subject, content: { derived } }: Looked): Evidence | undefined {
  const { credentialWords = 0, paymentWords = 0, urlCount = 0 } = derived;
  const evidence = (text: string): Evidence => ({
    signal: 'wording',
    practice: 'CON-2',
    family: 'content',
    weight: 3,
    text,
  });
  const hasForm = derived.attachments?.some(({ trueType, declaredType }) =>
    [trueType, declaredType].includes('text/html'),
  );
  if (credentialWords >= WORDS && (urlCount > 0 || hasForm === true)) {
    return evidence(
      `It asks for credentials (${credentialWords} such words) and gives ${urlCount > 0 ? 'a link' : 'a form'}; usually there is one such word at most.`,
    );
  }
  const { message, envelopeSender } = subject.event;
  const replyTo = domainOf(message?.replyTo ?? '');
  const from = domainOf(message?.headerFrom ?? envelopeSender);
  if (paymentWords >= WORDS && replyTo !== '' && replyTo !== from) {
    return evidence(
      `It is about payment (${paymentWords} such words) and answers go to ${replyTo}, not to ${from}.`,
    );
  }
  return undefined;
}
