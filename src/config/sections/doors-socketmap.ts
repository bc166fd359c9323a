/** The socketmap door: look-up tables for Postfix. */
import { z } from 'zod';
import { listen, maxConnections, socketKeys } from './door-keys.ts';
import { duration, size } from '../amounts.ts';

export const socketmapDoor = z.strictObject({
  listen: listen('127.0.0.1:10042'),
  ...socketKeys(),
  on_failure: z
    .enum(['pass', 'defer'])
    .default('pass')
    .describe(
      'The failure stance: `pass` answers NOTFOUND to what cannot be looked up, and the address stays ' +
        'as it is; `defer` answers TEMP, and Postfix says 451.',
    ),
  max_connections: maxConnections(6_000),
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
