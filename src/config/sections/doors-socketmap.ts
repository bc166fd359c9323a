/** The socketmap door: look-up tables for Postfix. */
import { z } from 'zod';
import { count, duration, listenAddress, size, socketMode, text } from '../scalars.ts';

export const socketmapDoor = z.strictObject({
  listen: z
    .array(listenAddress())
    .max(16)
    .prefault(['127.0.0.1:10042'])
    .describe('Where it listens: `host:port` or `unix:/path`. An empty list closes the door.'),
  socket_mode: socketMode()
    .prefault('0660')
    .describe('Permissions of a `unix:` socket: who may write to it may ask.'),
  socket_group: text('postfix')
    .optional()
    .describe('Group of a `unix:` socket, so that Postfix may use it; else that of the program.'),
  on_failure: z
    .enum(['pass', 'defer'])
    .default('pass')
    .describe(
      'The failure stance: `pass` answers NOTFOUND to what cannot be looked up, and the address stays ' +
        'as it is; `defer` answers TEMP, and Postfix says 451.',
    ),
  max_connections: count(1, 1_000_000)
    .default(6_000)
    .describe('Connections at once; more are closed at once.'),
  max_request: size('1KiB', '64KiB')
    .prefault('8KiB')
    .describe('Longest request; an address has 256B at most.'),
  request_timeout: duration('1s', '10m')
    .prefault('60s')
    .describe('Longest time from the first byte of a request to its last.'),
  idle_timeout: duration('1s', '1d')
    .prefault('1100s')
    .describe('A silent connection is closed after this time. Postfix closes its own after 1000s.'),
});
