/** A ticket system with what it wants to hear, and in which words. */
import type { TicketSystem } from '../effects/tickets/contract.ts';
import type { TicketNews } from '../store/records/ticket-contract.ts';
import type { TicketTexts } from './ticket-text.ts';

export interface TicketTarget {
  readonly system: TicketSystem;
  readonly wants: readonly TicketNews['about'][];
  readonly texts: TicketTexts;
}
