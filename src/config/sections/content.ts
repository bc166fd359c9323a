/** What is done about what is in a message. Everything here is taken up by a reload (SIGHUP). */
import { z } from 'zod';
import { ATTACHMENT_KINDS } from '../../core/message/content.ts';
import { parseFingerprint } from '../../core/message/fingerprint.ts';
import { MAX_CLUSTER_ACCOUNTS } from '../../core/profile/cluster-record.ts';
import { count } from '../amounts.ts';
import { SENDER_ACTIONS } from './limits.ts';

/** Texts an operator allows by hand; more of them is a case for another class of account. */
export const MAX_ALLOWED_TEXTS = 100;

const ACTIONS =
  '`off` does not look, `observe` records, `hold` keeps the message, `reject` refuses it.';

const UNSEEN =
  'So is done with a message that cannot be looked at whole, such as one of more than 500 parts.';

const virus = z.strictObject({
  action: z
    .enum(SENDER_ACTIONS)
    .default('reject')
    .describe(
      `A message in which a scanner found a virus. ${ACTIONS} The client is told its name. The same is ` +
        'done with one too large to be scanned whole, where `scanners.clamd.on_failure` is `defer`.',
    ),
});

const fingerprint = z.string().refine((text) => parseFingerprint(text) !== undefined, {
  message:
    'this is no fingerprint. Copy `derived.fingerprint` from what `primum explain REFERENCE` shows.',
});

const campaign = z.strictObject({
  action: z
    .enum(SENDER_ACTIONS)
    .default('hold')
    .describe(`The text of a campaign, from the account that makes it one on. ${ACTIONS}`),
  accounts: count(2, MAX_CLUSTER_ACCOUNTS)
    .default(4)
    .describe(
      'Distinct accounts that sent nearly the same text outside within 72 hours before it is a ' +
        'campaign, the latest one included; three times as many for answers and forwarded mail. Mail ' +
        'within a tenant, and lists, programs and devices do not count.',
    ),
  min_words: count(5, 1_000)
    .default(12)
    .describe(
      'Texts with fewer words are not compared: people write the same short answers. What all people ' +
        'of a tenant send (footers, disclaimers) is not counted. The journal holds no fingerprint of them.',
    ),
  allow: z
    .array(fingerprint)
    .max(MAX_ALLOWED_TEXTS)
    .prefault([])
    .meta({
      description:
        'Fingerprints of texts that may come from anybody, such as a petition: the value of ' +
        '`derived.fingerprint` that `primum explain REFERENCE` shows for a held message. Another installation has others for the same text: they ' +
        'are keyed with `hash-key` in the state folder.',
      sample: [],
    }),
});

const attachments = z.strictObject({
  action: z
    .enum(SENDER_ACTIONS)
    .default('off')
    .describe(
      `Attachments of the kinds below. ${ACTIONS} Dangerous kinds count as evidence in any case. ${UNSEEN}`,
    ),
  kinds: z
    .array(z.enum(ATTACHMENT_KINDS))
    .max(ATTACHMENT_KINDS.length)
    .prefault(['executable', 'script', 'shortcut', 'disk-image'])
    .describe(
      'Kinds that are not let out, by the list data/attachment-types; `encrypted` is an archive with a ' +
        'password, `disguised` a file that is not what it is declared to be.',
    ),
});

export const contentSchema = z.strictObject({
  virus: virus.prefault({}).describe('Viruses (CON-1).'),
  campaign: campaign.prefault({}).describe('One text from several accounts (CON-3).'),
  attachments: attachments.prefault({}).describe('Dangerous kinds of attachment (CON-2).'),
  listed_hosts: z
    .enum(SENDER_ACTIONS)
    .default('off')
    .describe(
      'Links to hosts on your lists or on a DNSBL (CON-2): `off` counts them as evidence only, ' +
        `\`observe\` records, \`hold\` keeps the message, \`reject\` refuses it. ${UNSEEN}`,
    ),
  own_password: z
    .enum(SENDER_ACTIONS)
    .default('hold')
    .describe(`A message with the account's own password in it (CON-8). ${ACTIONS}`),
});
