/** INB-1: a reverse name that does not lead back to its address. Anybody may write any name there. */
import type { InboundFinding, InboundSubject } from './subject.ts';

export function forwardMismatch({ event, rules }: InboundSubject): InboundFinding | undefined {
  const action = rules.forwardMismatch;
  const { clientAddress, clientName, reverseName } = event;
  if (action === 'off' || clientName !== undefined || reverseName === undefined) return undefined;
  return {
    rule: 'forward-mismatch',
    practice: 'INB-1',
    action,
    text: `The reverse name of ${clientAddress} is ${reverseName}, which does not lead back to it.`,
  };
}
