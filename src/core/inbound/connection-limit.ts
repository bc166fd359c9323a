/** INB-4: too many connections of one address, failed passwords of all services among them. */
import { isOverloaded, overloadText } from './connection-load.ts';
import type { InboundFinding, InboundSubject } from './subject.ts';

export function connectionLimit(subject: InboundSubject): InboundFinding | undefined {
  const { connections: rule, load, event } = subject;
  if (rule.action === 'off' || !isOverloaded(load, rule)) return undefined;
  return {
    rule: 'connection-limit',
    practice: 'INB-4',
    action: rule.action,
    text: overloadText(event.clientAddress, load, rule),
  };
}
