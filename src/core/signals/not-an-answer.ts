/**
 * A message that answers nothing. Where the mail that comes in is known, only an answer to a message
 * that came counts as one: In-Reply-To is easily made up.
 */
import { domainOf } from '../identity.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Measure } from './measure.ts';

export const notAnAnswer: Measure = {
  signal: 'not-an-answer',
  practice: 'SND-6',
  family: 'recipients',
  slot: 2,
  attack: [0.95, 0.95, 0.15, 0.6],
  noSpeaks: true,
  prior: ({ facts }) => ({
    rate: facts.class === 'person' ? 0.55 : 0.97,
    strength: 20,
    low: 0.1,
    high: 0.99,
  }),
  look({ content, outcomes, facts }) {
    if (content === undefined || facts.class === 'forward') return undefined;
    const { isReply } = content.derived;
    if (isReply === undefined) return undefined;
    return !isReply || outcomes?.answers === false;
  },
  text: ({ content }, isThere, usual) =>
    isThere
      ? content?.derived.isReply === true
        ? `It claims to answer a message that never came in; answering nothing is usual for ${usual} of its messages.`
        : `It answers nothing; that is so of ${usual} of its messages.`
      : `It answers a message; answering nothing is usual for ${usual} of its messages.`,
};

/**
 * Read as a whole, and there is neither a file in it nor a link to a host that is new here. Whoever answers quotes the
 * links of others.
 */
export function carriesNothing({ content }: SubmissionSubject): boolean {
  if (content === undefined || content.derived.malformed !== undefined) return false;
  const { urlCount = 0, attachments = [], attachmentsMore = 0 } = content.derived;
  const links = content.newHosts?.length ?? urlCount;
  return links === 0 && attachments.length === 0 && attachmentsMore === 0;
}

/** Nor an address of another domain for the answers: whoever sends it to many gains nothing by it. */
export function leadsNowhere(subject: SubmissionSubject): boolean {
  const { message, envelopeSender } = subject.event;
  const replyTo = domainOf(message?.replyTo ?? '');
  if (replyTo !== '' && replyTo !== domainOf(message?.headerFrom ?? envelopeSender)) return false;
  return carriesNothing(subject);
}
