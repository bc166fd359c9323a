/**
 * CON-3: one text from several accounts within 72 hours is a campaign, whatever else speaks for its
 * senders. Only people count, and only what goes outside. Quotes are not part of a text, yet what is
 * answered or passed on is more often the same honestly, so it takes more accounts; and so does a line or
 * two that give nothing to act on, for people write the same short letters.
 */
import { momentText } from './moment-text.ts';
import { CLUSTER_HOURS } from '../profile/cluster-record.ts';
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

/** As many times the accounts make a campaign of what is honestly the same. */
const HONEST = 3;
/** A campaign has to say what it is about. */
const SHORT_WORDS = 30;

export function campaign(looked: Looked): Finding | undefined {
  const { content, rules } = looked;
  const { cluster, isNew } = content;
  const { action } = rules.campaign;
  if (cluster === undefined || !isOn(action)) return undefined;
  const accounts = rules.campaign.accounts * (isNew && !isSmallTalk(looked) ? 1 : HONEST);
  const seen = isNew ? cluster.authors : cluster.accounts;
  if (seen < accounts) return undefined;
  const since = momentText(cluster.firstMs);
  return {
    rule: 'campaign',
    practice: 'CON-3',
    action,
    cause: 'campaign',
    text:
      `The same text came from ${seen} accounts in the last ${CLUSTER_HOURS} hours, ` +
      `${cluster.messages} messages since ${since}; from ${accounts} on it is a campaign.`,
    figures: [
      {
        name: `Accounts sending this text in ${CLUSTER_HOURS} hours`,
        observed: String(seen),
        usual: `fewer than ${accounts}`,
      },
      { name: 'Messages with this text', observed: String(cluster.messages), usual: '' },
      { name: 'Tenants they belong to', observed: String(cluster.tenants), usual: '' },
    ],
  };
}

/** No link, no attachment, no other address to answer to, no word of money or passwords. */
function isSmallTalk({ content: { derived, text }, subject }: Looked): boolean {
  const { urlCount, attachments, paymentWords, credentialWords } = derived;
  return (
    text !== undefined &&
    text.words < SHORT_WORDS &&
    urlCount === 0 &&
    (attachments?.length ?? 0) === 0 &&
    paymentWords === 0 &&
    credentialWords === 0 &&
    (subject.event.message?.replyTo ?? '') === ''
  );
}
