/**
 * The same text from accounts that have nothing to do with each other (detection design 1.2, cross).
 * Colleagues send the same letters, so within one tenant it weighs less; so does an answer.
 */
import type { Evidence } from '../evidence.ts';
import { CLUSTER_HOURS } from '../profile/cluster-record.ts';
import { sendsOneLetter } from '../detection/form.ts';
import type { Looked } from '../rules/content.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { leadsNowhere } from './not-an-answer.ts';

/** Two people with one text are a coincidence or a couple. */
const ACCOUNTS = 3;
/** As few words are a phrase that others have, too. */
const SHORT_WORDS = 40;
/** Web applications are made from a few templates; a campaign leads somewhere. */
const NOTHING_CARRIED = 0.2;
const OLD_FORM_MS = 14 * 86_400_000;

export function nearDuplicate({ content, subject }: Looked): Evidence | undefined {
  const { cluster, payload, isNew } = content;
  const isText = (cluster?.accounts ?? 0) >= (payload?.accounts ?? 0);
  const count = isText ? cluster : payload;
  if (count === undefined || count.accounts < ACCOUNTS) return undefined;
  if (isText && isOldForm(subject)) return undefined;
  const several = count.tenants > 1;
  const toStrangers = subject.outcomes === undefined || subject.outcomes.strangers > 0;
  const isApproach = isNew && count.authors >= ACCOUNTS;
  const carried = isText && leadsNowhere(subject) ? NOTHING_CARRIED : 1;
  const weight = (several ? 5 : 3) * (isApproach ? 1 : 0.5) * (toStrangers ? 1 : 0.3) * carried;
  const [what, thing] = isText || payload === undefined ? TEXT : PAYLOADS[payload.kind];
  return {
    signal: 'near-duplicate',
    practice: 'CON-2',
    family: 'cross',
    weight,
    text:
      `${what} came from ${count.accounts} accounts of ` +
      `${several ? `${count.tenants} tenants` : 'one tenant'} in ${CLUSTER_HOURS} hours; usually ` +
      `${thing} has one sender.`,
  };
}

/** One letter of a program, sent for weeks before others came with words like it. */
function isOldForm(subject: SubmissionSubject): boolean {
  const { profile, context, content, nowMs } = subject;
  if (content?.text === undefined || content.text.words >= SHORT_WORDS) return false;
  const index = profile.contextIndex(context.key);
  if (index < 0 || nowMs - profile.context(index).firstMs < OLD_FORM_MS) return false;
  return sendsOneLetter(profile, index);
}

const TEXT = ['Nearly the same text', 'a text'] as const;
const PAYLOADS = {
  attachment: ['The same attachment', 'an attachment'],
  picture: ['The same picture', 'a picture'],
  link: ['Much the same text with a link to one host', 'such a text'],
  answer: ['Much the same text with one address for answers', 'such a text'],
} as const;
