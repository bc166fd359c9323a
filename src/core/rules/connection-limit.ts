/**
 * INB-4 where people log in: an address with too many connections waits, and is never refused, for an
 * owner may stand behind it. A place the account knows, a relay or a carrier does not wait.
 */
import { isOverloaded, overloadText } from '../inbound/connection-load.ts';
import type { Finding, LoginSubject } from './finding.ts';
import { isAtKnownPlace, isSharedNetwork } from './guessing.ts';

export function connectionLimit(subject: LoginSubject): Finding | undefined {
  const { connections: rule } = subject.world.policy;
  const { network, load } = subject;
  if (!isOverloaded(load, rule)) return undefined;
  if (network.class === 'own' || network.class === 'local') return undefined;
  if (isSharedNetwork(subject) || isAtKnownPlace(subject)) return undefined;
  return {
    rule: 'connection-limit',
    practice: 'INB-4',
    action: rule.action === 'defer' ? 'throttle' : 'observe',
    text: overloadText(network.address, load, rule),
  };
}
