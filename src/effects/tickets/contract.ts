/** What every ticket system can be asked: find, open, comment. A new one is a folder and a line in the registry. */
import type { Delivery } from '../contract.ts';

export interface TicketDraft {
  /** Of the incident or case: letters and digits. Stands in the title, so that the ticket is found again. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface TicketComment {
  /** Equal on every attempt; stands in the comment, so that it is found again. */
  readonly key: string;
  readonly title: string;
  readonly text: string;
}

export interface TicketSystem {
  readonly name: string;
  /** How long a new ticket may be missing in a search. */
  readonly settleMs: number;
  /** The ticket of an incident or case; undefined where there is none or the system cannot say. */
  find(id: string, delivery: Delivery): Promise<string | undefined>;
  /** The id of the new ticket. @throws when there is none; it is tried again. */
  open(draft: TicketDraft, delivery: Delivery): Promise<string>;
  /** False where the system cannot say. */
  hasComment(ticket: string, key: string, delivery: Delivery): Promise<boolean>;
  comment(ticket: string, comment: TicketComment, delivery: Delivery): Promise<void>;
}

/** Incident and case ids are letters and digits, so that no system reads them as anything else. */
export function markerOf(id: string): string {
  return `[primum ${id}]`;
}
