/**
 * CON-3: one text from several accounts within 72 hours is a campaign, whatever else speaks for its
 * senders. Only people count, and only what goes outside. Quotes are not part of a text, yet what is
 * answered or passed on is more often the same honestly, so it takes more accounts. Where the text is spun, the
 * attachment, the link or the address for answers stays the same.
 */
import { momentText } from './moment-text.ts';
import type { PayloadKind } from '../message/content.ts';
import { CLUSTER_HOURS, type ClusterCount } from '../profile/cluster-record.ts';
import { isOn, type Looked } from './content.ts';
import type { Finding, FindingAction } from './finding.ts';

/** As many times the accounts make a campaign of what is honestly the same. */
const HONEST = 3;

/** What is answered or reported goes to one or two addresses, a campaign to everybody. */
const RECIPIENTS = 3;

export function campaign(looked: Looked): Finding | undefined {
  const { content, rules } = looked;
  const { action } = rules.campaign;
  if (!isOn(action)) return undefined;
  const { cluster, isNew } = content;
  if (cluster !== undefined) {
    const isOwn = isNew && (content.isUnproved !== true || cluster.recipients >= RECIPIENTS);
    const accounts = rules.campaign.accounts * (isOwn ? 1 : HONEST);
    const seen = isOwn ? cluster.authors : cluster.accounts;
    if (seen >= accounts) return found(action, { count: cluster, seen, accounts, what: TEXT });
  }
  return carried(looked, action);
}

interface What {
  readonly the: string;
  readonly this: string;
}

const TEXT: What = { the: 'The same text', this: 'this text' };
const PAYLOADS: Readonly<Record<PayloadKind, What>> = {
  attachment: { the: 'The same attachment', this: 'this attachment' },
  picture: { the: 'The same picture', this: 'this picture' },
  link: { the: 'A link to the same host, with much the same text,', this: 'this link' },
  answer: {
    the: 'The same address for answers, with much the same text,',
    this: 'this address for answers',
  },
};

/** However the text is spun: what people are to open, follow or answer to. */
function carried({ content, rules }: Looked, action: FindingAction): Finding | undefined {
  const { payload, isNew } = content;
  if (payload === undefined || !isNew) return undefined;
  const { accounts } = rules.campaign;
  // Colleagues send the same price list.
  if (payload.kind === 'attachment' && payload.tenants < 2) return undefined;
  if (payload.authors < accounts || payload.recipients < RECIPIENTS) return undefined;
  const what = PAYLOADS[payload.kind];
  return found(action, { count: payload, seen: payload.authors, accounts, what });
}

function found(
  action: FindingAction,
  {
    count,
    seen,
    accounts,
    what,
  }: {
    readonly count: ClusterCount;
    readonly seen: number;
    readonly accounts: number;
    readonly what: What;
  },
): Finding {
  const since = momentText(count.firstMs);
  return {
    rule: 'campaign',
    practice: 'CON-3',
    action,
    cause: 'campaign',
    text:
      `${what.the} came from ${seen} accounts in the last ${CLUSTER_HOURS} hours, ` +
      `${count.messages} messages since ${since}; from ${accounts} on it is a campaign.`,
    figures: [
      {
        name: `Accounts sending ${what.this} in ${CLUSTER_HOURS} hours`,
        observed: String(seen),
        usual: `fewer than ${accounts}`,
      },
      { name: `Messages with ${what.this}`, observed: String(count.messages), usual: '' },
      { name: 'Tenants they belong to', observed: String(count.tenants), usual: '' },
    ],
  };
}
