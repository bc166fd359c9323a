/** What is told to ticket systems: which ticket an incident or case has there, and how far was read. */
import type { JobDraft } from './entries.ts';

export interface TicketLink {
  /** Empty while it was not noted that the ticket is there. */
  readonly ticket: string;
  /** When the ticket was last about to be opened. */
  readonly sinceMs: number;
}

/** A change that the audit log has, and the incident or case it is about. */
export interface TicketNews {
  readonly about: 'incident' | 'case';
  readonly id: string;
  readonly isOpening: boolean;
  readonly at: string;
  readonly by: string;
  readonly text: string;
}

export interface TicketRecords {
  /**
   * Reads on in the audit log and writes the jobs for what is new, in one transaction: each change
   * becomes one job, whatever dies meanwhile. A target begins with what happens after it was first asked
   * for. How many entries were read.
   * @param draft Gives no job for what the target does not want.
   */
  feed(
    target: string,
    limit: number,
    draft: (news: TicketNews) => JobDraft | undefined,
  ): Promise<number>;
  link(target: string, about: string): Promise<TicketLink | undefined>;
  /** Written before a ticket is opened, so that after a crash it is looked for first. */
  begin(target: string, about: string, nowMs: number): Promise<void>;
  note(target: string, about: string, ticket: string): Promise<void>;
}
