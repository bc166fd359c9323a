/** The LMTP door: returned mail, and the spool that keeps it until it is handled. */
import { z } from 'zod';
import { listen, maxConnections, socketKeys } from './door-keys.ts';
import { count, duration, size } from '../amounts.ts';
import { dnsServer } from '../services.ts';

export const lmtpDoor = z.strictObject({
  listen: listen('127.0.0.1:10043'),
  ...socketKeys(),
  max_message: size('64KiB', '1GiB')
    .prefault('100MiB')
    .describe(
      'Largest message; as much as `message_size_limit` of Postfix. Of a larger bounce so much is kept and ' +
        'read, for what it says stands at its beginning; a larger letter goes back to who wrote it.',
    ),
  max_connections: maxConnections(200),
  message_timeout: duration('1s', '1h')
    .prefault('10m')
    .describe('Longest time from DATA to the end of the message.'),
  idle_timeout: duration('1s', '1h')
    .prefault('5m')
    .describe('A client that says nothing is cut after this time.'),
  max_spooled: count(1, 1_000_000)
    .default(50_000)
    .describe(
      'Messages in the spool, those kept for a person included; beyond it Postfix is told 452.',
    ),
  max_spool: size('1MiB', '1024GiB').prefault('2GiB').describe('Disk space of the spool.'),
  give_up_after: duration('1m', '30d')
    .prefault('3d')
    .describe('A message that cannot be handled for so long is kept for a person.'),
  read_timeout: duration('1s', '10m')
    .prefault('30s')
    .describe('A message that takes longer to read hangs; after three such tries it is set aside.'),
  dkim_timeout: duration('100ms', '1m')
    .prefault('5s')
    .describe(
      'Longest wait for the DNS of who reports (FBK-8); without an answer a report is unverified.',
    ),
  dns_servers: z
    .array(dnsServer())
    .max(10)
    .prefault([])
    .meta({
      description: 'Resolvers for DKIM of reports. An empty list takes those of the host.',
      sample: ['127.0.0.1:5353'],
    }),
});
