/** Keys that several doors have. */
import { z } from 'zod';
import { count, duration } from '../amounts.ts';
import { listenAddress } from '../net-values.ts';
import { socketMode, text } from '../scalars.ts';

/** Addresses of one door. */
export const MAX_LISTEN = 16;

export function listen(address: string, where = '`host:port` or `unix:/path`') {
  return z
    .array(listenAddress())
    .max(MAX_LISTEN)
    .prefault([address])
    .describe(`Where it listens: ${where}. An empty list closes the door.`);
}

/** Made anew, they stand in the example file once more. */
export function socketKeys() {
  return {
    socket_mode: socketMode()
      .prefault('0660')
      .describe('Permissions of a `unix:` socket: who may write to it may ask.'),
    socket_group: text('postfix')
      .optional()
      .describe('Group of a `unix:` socket, so that Postfix may use it; else that of the program.'),
  };
}

export function timeout(value: string) {
  return duration('10ms', '60s')
    .prefault(value)
    .describe('How long a decision may take before the failure stance answers.');
}

export const onFailure = z
  .enum(['pass', 'defer'])
  .default('pass')
  .describe(
    'The failure stance: what is answered when Primum cannot judge. `pass` keeps mail flowing.',
  );

export function maxConnections(most: number, each = '') {
  return count(1, 1_000_000)
    .default(most)
    .describe(`Connections at once${each}; more are closed at once.`);
}
