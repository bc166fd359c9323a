/** INB-1: an address without a reverse name. Every provider of servers can set one; zombies have none. */
import type { InboundFinding, InboundSubject } from './subject.ts';

export function noReverseName({ event, rules }: InboundSubject): InboundFinding | undefined {
  const action = rules.noReverseName;
  const { clientName, reverseName, namesUntold = false } = event;
  if (action === 'off' || namesUntold || clientName !== undefined || reverseName !== undefined)
    return undefined;
  return {
    rule: 'no-reverse-name',
    practice: 'INB-1',
    action,
    text: `${event.clientAddress} has no reverse name.`,
  };
}
