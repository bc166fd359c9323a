/** Forwarded mail leaves with a sender of ours (FWD-1), so that SPF passes and bounces come home. */
import { z } from 'zod';
import { MAX_NETWORKS } from './limits.ts';
import { domain, network, secretFile } from '../scalars.ts';

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
        'believes, such as those of Dovecot: it writes the sender that names the account.',
    ),
  postsrsd_secrets_file: secretFile('/etc/postsrsd.secret')
    .optional()
    .describe(
      'The secrets of a postsrsd that ran here before, or `env:NAME`: bounces to its addresses still ' +
        'come home. New addresses are made with keys of Primum.',
    ),
});
