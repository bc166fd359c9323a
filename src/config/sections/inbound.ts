/** The way in: mail from outside on port 25 (INB-1 to INB-3). Never for submission. */
import { z } from 'zod';
import { domain, place } from '../net-values.ts';

const action = (prose: string) =>
  z
    .enum(['off', 'observe', 'defer', 'reject'])
    .default('observe')
    .describe(
      `${prose} \`observe\` records and counts it, \`defer\` asks to come again (450), \`reject\` refuses (554).`,
    );

export const inboundSchema = z.strictObject({
  no_reverse_name: action(
    'The address has no name in DNS. Postfix says the same while name servers are away: `defer` ' +
      'loses no mail by that.',
  ),
  forward_mismatch: action(
    'The reverse name of the address does not lead back to it. Postfix says the same while name ' +
      'servers are away: `defer` loses no mail by that.',
  ),
  home_connection: action('The reverse name is that of a home connection (`primum rdns`).'),
  impossible_helo: action(
    'HELO says what cannot be: no domain, a bare or foreign address, a name of ours.',
  ),
  virus: action(
    'A message brings a virus: asked of `scanners.clamd` where the milter watches the service ' +
      '(`doors.milter.inbound_daemons`), whoever the client is.',
  ),
  allow_networks: z
    .array(place())
    .max(1_000)
    .prefault([])
    .meta({
      description: 'Clients that are never refused here.',
      sample: ['203.0.113.7/32'],
    }),
  allow_names: z
    .array(domain())
    .max(1_000)
    .prefault([])
    .meta({
      description:
        'Clients whose verified name is one of these or below, which are never refused here.',
      sample: ['partner.example.net'],
    }),
});
