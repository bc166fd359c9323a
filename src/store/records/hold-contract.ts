/** Held messages and containments as the records keep them. */
import type { Intent } from '../../core/intent.ts';
import type { AuditDraft, IncidentAddition, JobDraft, TimelineEntry } from './entries.ts';

/**
 * `releasing`, `returning`, `notified` and `deleting` are decided and on their way: the agent is
 * asked until it is done. The last four are ends; `gone` means that somebody else took it away.
 */
export type HoldState =
  | 'held'
  | 'releasing'
  | 'returning'
  | 'notified'
  | 'deleting'
  | 'released'
  | 'returned'
  | 'deleted'
  | 'gone';

export type HoldCause = 'verdict' | 'defer' | 'containment' | 'found';

export interface HoldReason {
  readonly text: string;
  readonly practice?: string;
}

/** What a decision says of the message it holds; `at` is when it was held. */
type HeldMessage = Omit<Extract<Intent, { kind: 'hold' }>, 'kind' | 'reasons' | 'releaseAt'>;

export interface HoldRow extends HeldMessage {
  /** Rises with time. */
  readonly id: string;
  readonly reasons: readonly HoldReason[];
  readonly cause: HoldCause;
  /** Empty where none was opened. */
  readonly incident: string;
  readonly state: HoldState;
  readonly owner: string;
  /** Who decided last, and why. Empty while nobody has. */
  readonly by: string;
  readonly why: string;
  /** How it ended, in a sentence. */
  readonly outcome: string;
  readonly closedAt?: string;
  /** What tells the message in the queue from any other with the same queue id. */
  readonly seen?: { readonly arrivalSeconds: number; readonly sender: string };
  readonly sizeBytes: number;
  /** Looks in a row that did not find it. */
  readonly misses: number;
  /** Times the agent was asked for what the state wants. */
  readonly tries: number;
  readonly lastError: string;
  /** Of telling the sender that his message waits. */
  readonly notice: 'none' | 'due' | 'sent' | 'failed';
  readonly noticeTries: number;
  readonly releaseAtMs?: number;
  readonly remindAtMs?: number;
  readonly escalateAtMs?: number;
  readonly expiresAtMs?: number;
  readonly checkAtMs?: number;
  readonly retryAtMs?: number;
}

export interface HoldDraft {
  readonly hold: HoldRow;
  /** Opens or counts an incident of its own: the ticket. Else the row names one or none. */
  readonly ticket?: IncidentAddition;
  /** Cause of an incident that tells of the hold; while it is open it is the ticket. */
  readonly joins?: string;
  /** Least time between two self-releases of one account and context. */
  readonly spacingMs: number;
  readonly audit: AuditDraft;
}

export interface HoldChange {
  readonly hold: HoldRow;
  readonly audit?: AuditDraft;
  /** Goes to the timeline of the hold's incident. */
  readonly note?: TimelineEntry;
  /** Alerts about the hold's incident; given up where it has none. */
  readonly jobs?: readonly JobDraft[];
}

export interface HoldQuery {
  readonly isOpen?: boolean;
  /** Those that wait for the decision of a person, oldest first. */
  readonly isWaiting?: true;
  readonly account?: string;
  readonly cause?: HoldCause;
  readonly limit: number;
  /** Only holds before the one with this id. */
  readonly before?: string;
}

export interface HeldOfAccount {
  readonly account: string;
  readonly messages: number;
  readonly recipients: number;
}

export interface HoldRecords {
  /** Saves those whose message has no open hold yet; gives them as saved. */
  add(drafts: readonly HoldDraft[]): Promise<readonly HoldRow[]>;
  get(id: string): Promise<HoldRow | undefined>;
  /** Those of these queue ids of one mail host that no open hold has. */
  unknown(mta: string, queueIds: readonly string[]): Promise<readonly string[]>;
  /** The newest with the reference. */
  find(reference: string): Promise<HoldRow | undefined>;
  /** Newest first, but those that wait. */
  list(query: HoldQuery): Promise<readonly HoldRow[]>;
  /** What is held now of each of these accounts that has something held. */
  heldOf(accounts: readonly string[]): Promise<readonly HeldOfAccount[]>;
  countOpen(query?: { readonly account?: string; readonly cause?: HoldCause }): Promise<number>;
  /**
   * Changes one hold in one transaction; the result is as saved, `undefined` where there is none or
   * `change` gave nothing.
   */
  change(
    id: string,
    change: (hold: HoldRow) => HoldChange | undefined,
  ): Promise<HoldRow | undefined>;
  /** Whose clock has come, earliest first. */
  due(nowMs: number, limit: number): Promise<readonly HoldRow[]>;
  /** What the agent of a mail host is wanted for, earliest first. */
  work(mta: string, nowMs: number, limit: number): Promise<readonly HoldRow[]>;
}

export interface ContainmentHost {
  /** Messages held here so far. */
  readonly contained: number;
  /** Passes in a row that found nothing more. */
  readonly clean: number;
  readonly nextMs: number;
  /** About to be put on hold by a run that has not said yet what came of it. */
  readonly moving?: readonly {
    readonly queueId: string;
    readonly arrivalSeconds: number;
    readonly sender: string;
  }[];
}

/** Of an account that is locked now. */
export interface ContainmentRow {
  readonly account: string;
  readonly incident: string;
  readonly startedAtMs: number;
  /** By mail host. */
  readonly hosts: ReadonlyMap<string, ContainmentHost>;
}

export interface ContainmentRecords {
  all(): Promise<readonly ContainmentRow[]>;
  /** Changes what is known of one mail host; nothing where the lock was lifted. */
  change(
    account: string,
    mta: string,
    next: (before: ContainmentHost | undefined) => ContainmentHost,
  ): Promise<void>;
  /**
   * One pass on one mail host: its holds, its count and the note in the incident. Gives how many
   * holds are new.
   */
  pass(request: {
    readonly account: string;
    readonly mta: string;
    readonly drafts: readonly HoldDraft[];
    /** From what is known of the host and how many holds are new. */
    readonly next: (before: ContainmentHost | undefined, added: number) => ContainmentHost;
    /** Only where there are new ones; `contained` is the count of all hosts. */
    readonly note: (added: number, contained: number) => TimelineEntry;
  }): Promise<number>;
}
