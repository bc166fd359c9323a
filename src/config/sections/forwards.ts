/** Forwarded mail leaves with a sender of ours (FWD-1), so that SPF passes and bounces come home. */
import { z } from 'zod';
import { MAX_NETWORKS, SENDER_ACTIONS } from './limits.ts';
import { domain, mailAddress, network } from '../net-values.ts';
import { secretFile } from '../scalars.ts';

const MAX_FORWARD_DOMAINS = 1_000;

export const forwardsSchema = z.strictObject({
  domain: domain()
    .optional()
    .meta({
      description:
        'Domain of the senders that forwarded mail gets (SRS). It needs an MX record that leads here and ' +
        'an SPF record that names your mail servers. Without it no sender is rewritten.',
      sample: 'fwd.example.org',
    }),
  former_domains: z
    .array(domain())
    .max(MAX_FORWARD_DOMAINS)
    .prefault([])
    .meta({
      description: 'Domains that were used for this before; their addresses are still read.',
      sample: ['srs.example.org'],
    }),
  exclude_domains: z
    .array(domain())
    .max(MAX_FORWARD_DOMAINS)
    .prefault([])
    .meta({
      description:
        'Sender domains that are never rewritten. Your own (`policy.domains` and those the directory ' +
        'knows) never are.',
      sample: ['partner.example.net'],
    }),
  redirect_networks: z
    .array(network())
    .max(MAX_NETWORKS)
    .prefault(['127.0.0.0/8', '::1/128'])
    .describe(
      'Hosts whose redirects (`X-Sieve-Redirected-From`, `Resent-From`, `Delivered-To`) the milter door ' +
        'believes, such as those of Dovecot: it writes the sender that names the account. They need no AUTH ' +
        'for it (ACC-1); what else they send without AUTH is refused at the end of the message.',
    ),
  switch_off: z
    .boolean()
    .default(true)
    .describe(
      'A forward whose far side is dead goes off by itself, where `policy.mode` is `enforce`: five messages ' +
        'within seven days failed for good and none got through, or three within a day had no such ' +
        'recipient. Else people are only told.',
    ),
  keep_in: mailAddress()
    .optional()
    .meta({
      description:
        'Mailbox for the mail of forwards that are off, where the forwarding address has none of its own, ' +
        'such as a pure alias. Without it the mail stays with the forwarding address.',
      sample: 'kept-forwards@example.org',
    }),
  spam: z
    .enum(SENDER_ACTIONS)
    .default('reject')
    .describe(
      'Forwarded mail that a scanner calls spam. `reject` refuses to send it on, and Sieve keeps it in the ' +
        'mailbox; `hold` keeps it in the hold queue; `observe` records.',
    ),
  postsrsd_secrets_file: secretFile('/etc/postsrsd.secret')
    .optional()
    .describe(
      'The secrets of a postsrsd that ran here before, or `env:NAME`: bounces to its addresses still ' +
        'come home. New addresses are made with keys of Primum.',
    ),
});
