/** INB-2: the reverse name of a home connection. Such machines hand their mail to a provider's server. */
import type { InboundFinding, InboundSubject } from './subject.ts';

export function homeConnection(subject: InboundSubject): InboundFinding | undefined {
  const { event, rules, judgeName } = subject;
  const action = rules.homeConnection;
  const name = event.clientName ?? event.reverseName;
  if (action === 'off' || name === undefined) return undefined;
  const { kind, reason } = judgeName(name, event.clientAddress);
  if (kind !== 'dynamic') return undefined;
  return {
    rule: 'home-connection',
    practice: 'INB-2',
    action,
    text: `${name} is the name of a home connection: ${reason}.`,
  };
}
