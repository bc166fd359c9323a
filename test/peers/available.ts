/**
 * Whether the real mail servers are here. `npm test` says so in PRIMUM_PEERS; a bare `vitest` looks
 * for itself. With CI=true a missing peer fails the test file instead of skipping it.
 */
import { findPeers, leftOut, PEERS } from '../../tools/install-peers.ts';

function obstacle(): string {
  const told = process.env['PRIMUM_PEERS'];
  if (told === undefined) return leftOut(findPeers());
  const names = told.split(',');
  const missing = PEERS.filter(({ name }) => !names.includes(name));
  return leftOut({ present: [], missing, obstacle: '' });
}

const reason = obstacle();
if (reason !== '' && process.env['CI'] === 'true') throw new Error(reason);

/** For `describe.runIf`. */
export const mailServersAreHere = reason === '';
