/** INB-3: a virus is refused while its sender waits, so that nothing is bounced to who did not send it. */
import type { InboundFinding, InboundSubject } from './subject.ts';

export function virus({ event, rules }: InboundSubject): InboundFinding | undefined {
  const action = rules.virus;
  const [name] = event.viruses ?? [];
  if (action === 'off' || name === undefined) return undefined;
  return {
    rule: 'virus',
    practice: 'INB-3',
    action,
    text: `A message from ${event.clientAddress} carries ${name}.`,
    detail: name,
  };
}
