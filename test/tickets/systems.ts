/** The ticket systems that are looked through for what is there already, as a desk is given them. */
import type { TicketTarget } from '../../src/desk/ticket-target.ts';
import type { TicketSystem } from '../../src/effects/tickets/contract.ts';
import { createRequestTracker } from '../../src/effects/tickets/request-tracker/request-tracker.ts';
import { createZammad } from '../../src/effects/tickets/zammad/zammad.ts';

interface Place {
  readonly url: string;
  readonly tokenFile: string;
}

export const SYSTEMS = {
  zammad: ({ url, tokenFile }: Place): TicketSystem =>
    createZammad({
      ...{ name: 'zammad', url, tokenFile, timeoutMs: 5000 },
      ...{ group: 'Abuse', customer: 'primum@example.org' },
    }),
  rt: ({ url, tokenFile }: Place): TicketSystem =>
    createRequestTracker({ name: 'rt', url, tokenFile, timeoutMs: 5000, queue: 'Abuse' }),
} as const;

export const targetOf = (system: TicketSystem): TicketTarget => ({
  system,
  wants: ['incident', 'case'],
  texts: {
    title: '{about}: {summary}',
    body: '{account}\n{text}\n{link}',
    comment: '{text} - {by}',
  },
});
