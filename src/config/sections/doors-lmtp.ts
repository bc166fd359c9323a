/** The LMTP door: returned mail, and the spool that keeps it until it is handled. */
import { z } from 'zod';
import { count, duration, listenAddress, size, socketMode, text } from '../scalars.ts';

export const lmtpDoor = z.strictObject({
  listen: z
    .array(listenAddress())
    .max(16)
    .prefault(['127.0.0.1:10043'])
    .describe('Where it listens: `host:port` or `unix:/path`. An empty list closes the door.'),
  socket_mode: socketMode()
    .prefault('0660')
    .describe('Permissions of a `unix:` socket: who may write to it may deliver.'),
  socket_group: text('postfix')
    .optional()
    .describe('Group of a `unix:` socket, so that Postfix may use it; else that of the program.'),
  max_message: size('64KiB', '1GiB')
    .prefault('25MiB')
    .describe('Largest message; the door says so (SIZE), and Postfix returns what is larger.'),
  max_connections: count(1, 100_000)
    .default(200)
    .describe('Connections at once; more are closed at once.'),
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
});
