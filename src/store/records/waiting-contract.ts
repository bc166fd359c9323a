/** What waits for a decision, as the first page shows it: little of each, read from indexes. */

export interface WaitingRow {
  readonly what: 'hold' | 'incident' | 'case' | 'lock';
  /** Of a lock, its account. */
  readonly id: string;
  readonly at: string;
  readonly account: string;
  readonly text: string;
}

export interface Waiting {
  readonly open: {
    readonly holds: number;
    readonly incidents: number;
    readonly cases: number;
    /** Accounts that are locked and of which no incident is open: nothing else asks about them. */
    readonly lonelyLocks: number;
  };
  /** Oldest first. A held message and its ticket are one thing to do: the message stands here. */
  readonly oldest: readonly WaitingRow[];
}

export interface WaitingRecords {
  look(limit: number): Promise<Waiting>;
}
