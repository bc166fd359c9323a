/** What is known of client addresses. Data files are opened at start. */
import { z } from 'zod';
import { MAX_NETWORKS } from './limits.ts';
import { count } from '../amounts.ts';
import { network } from '../net-values.ts';
import { path, text } from '../scalars.ts';

export const MAX_CLASSES = 500;

const namedClass = z.strictObject({
  name: text('Example fetcher').describe('Shown in reasons; addresses of it count as one place.'),
  class: z.enum(['fetcher', 'mobile', 'relay', 'hosting', 'tor', 'own', 'local']).meta({
    description:
      '`fetcher` (mail programs in a cloud), `mobile` (carrier NAT) and `relay` (VPN, privacy relay) ' +
      'are one place each; `hosting`, `tor`, `own` and `local` only say what it is.',
    sample: 'fetcher',
  }),
  networks: z
    .array(network())
    .max(MAX_NETWORKS)
    .prefault([])
    .meta({ description: 'Its networks.', sample: ['192.0.2.0/24'] }),
  asns: z
    .array(count(1, 4_294_967_295))
    .max(MAX_NETWORKS)
    .prefault([])
    .meta({ description: 'Its autonomous systems, all of them.', sample: [64500] }),
});

export const networkSchema = z.strictObject({
  country_mmdb: path('/var/lib/GeoIP/GeoLite2-Country.mmdb')
    .meta({ exists: true })
    .optional()
    .describe('Your own country database (MaxMind format). Without it the shipped one is read.'),
  asn_mmdb: path('/var/lib/GeoIP/GeoLite2-ASN.mmdb')
    .meta({ exists: true })
    .optional()
    .describe('Your own ASN database (MaxMind format). Without it the shipped one is read.'),
  own_networks: z
    .array(network())
    .max(MAX_NETWORKS)
    .prefault([])
    .meta({
      description: 'Networks of the platform itself, such as the webmail servers: never shut out.',
      sample: ['198.51.100.0/24'],
    }),
  classes: z
    .array(namedClass)
    .max(MAX_CLASSES)
    .prefault([])
    .meta({
      description: 'Your named classes of networks (ACC-10); they come before the shipped ones.',
      sample: [{ name: 'Example fetcher', class: 'fetcher', networks: ['192.0.2.0/24'] }],
    }),
});
