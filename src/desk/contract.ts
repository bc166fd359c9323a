/** The records people work with: durable before they are acknowledged. */
import type { AccessLists } from '../core/access-list.ts';
import type { Lock } from '../core/intent.ts';
import type { AgentDesk, AgentResult } from '../agent/contract.ts';
import type { Effects, LockBook } from '../effects/contract.ts';
import type { ForwardOff } from '../store/records/forward-contract.ts';
import type { AttachmentDesk } from './attachment-contract.ts';
import type {
  Campaign,
  CaseDesk,
  Change,
  FirstLookDesk,
  FigureDesk,
  Member,
  Reach,
  QuestionDesk,
  UserDesk,
} from './people-contract.ts';
import type { SwitchDesk } from './switch-contract.ts';
import type { TimelineEntry } from '../store/records/entries.ts';
import type { RequestRecords } from '../store/records/request-contract.ts';
import type { HoldRow, HoldState } from '../store/records/hold-contract.ts';

export type * from './people-contract.ts';
export type { Attachment } from './attachment-contract.ts';
export type { SwitchDesk };

export interface Incident {
  readonly id: string;
  /** Empty when it is about sources of guesses and not about one account. */
  readonly account: string;
  readonly cause: string;
  readonly practice: string;
  readonly state: 'open' | 'closed';
  readonly openedAt: string;
  readonly updatedAt: string;
  /** When its newest decision was made; what people do with it since does not move it. */
  readonly lastAt: string;
  readonly closedAt?: string;
  readonly summary: string;
  /** How many decisions belong to it. */
  readonly count: number;
  readonly references: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  /** ACC-12: what must be true before an unlock. */
  readonly checklist: readonly {
    readonly item: 'password' | 'sessions' | 'forwards';
    readonly doneAt?: string;
    readonly by?: string;
  }[];
  /** Sources of guesses it is about: the newest by name, and how many there were. */
  readonly sources?: { readonly names: readonly string[]; readonly total: number };
  /** Empty while it is open. */
  readonly verdict: '' | 'true' | 'false alarm' | 'unclear';
  /** Empty while nobody works on it. */
  readonly owner: string;
  /** Accounts of a campaign. */
  readonly accounts: readonly string[];
  /** The open incident over several accounts of which this one's is one. */
  readonly campaign?: string;
  /** Of a campaign: what its accounts share, such as `link:evil.example`, most telling first. */
  readonly shared?: readonly string[];
  readonly reach?: Reach;
  /** Its accounts with their incidents; only where the one incident is asked for. */
  readonly members?: readonly Member[];
  /** FBK-6: when somebody or a rule first did something about it. */
  readonly firstActionAt?: string;
  /** Since when its cause is gone; closing it is for a person, who knows why it was. */
  readonly wellAt?: string;
  /** The newest decision in figures and sentences. */
  readonly evidence?: {
    readonly figures: readonly {
      readonly name: string;
      readonly observed: string;
      readonly usual: string;
    }[];
    readonly reasons: readonly { readonly text: string; readonly practice?: string }[];
    readonly done: string;
  };
}

/** What was closed at once, as it stood before. */
export interface ClosedIncidents {
  readonly incident: Incident;
  /** Of a campaign: those of its accounts that were closed with it. */
  readonly members: readonly Incident[];
}

/** That a matter of the own house became less, or is over. */
export interface EaseNews {
  readonly cause: string;
  /** What is left now, or that all is well. */
  readonly summary: string;
  /** For the time line. */
  readonly notes: readonly string[];
  /** Nothing is left: whoever was told of it is told so. */
  readonly isOver: boolean;
}

/** What somebody does with an open incident; each is noted with who. */
export type IncidentStep =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'take' }
  | { readonly kind: 'join'; readonly account: string };

export interface AuditEntry {
  readonly id: number;
  readonly at: string;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  /** What else it is about: its incident, case reference or practice; empty for nothing. */
  readonly also: string;
  readonly why: string;
}

export type Hold = HoldRow;
export type { ForwardOff, HoldState };

/** What a person decides of a held message. */
export type HoldChoice = 'release' | 'return' | 'delete';

export type HoldAnswer =
  | { readonly ok: true; readonly hold: Hold }
  | {
      readonly ok: false;
      readonly reason: 'unknown' | 'under-way' | 'ended' | 'no-sender-of-ours' | 'odd-sender';
      /** As it stands now, where there is one: who decided and what. */
      readonly hold?: Hold;
    };

export type ShownMessage = Omit<Extract<AgentResult, { kind: 'show' }>, 'id' | 'kind'>;

/** Messages in the MTA's hold queue, each with an owner, a clock and an end (CON-3, CON-4). */
export interface HoldDesk {
  /** Newest first. */
  list(query: {
    readonly isOpen?: boolean;
    /** Those that wait for the decision of a person, oldest first. */
    readonly isWaiting?: true;
    readonly account?: string;
    readonly limit: number;
    readonly before?: string;
  }): Promise<readonly Hold[]>;
  /** By its id or by the reference of the decision, the newest then. */
  get(name: string): Promise<Hold | undefined>;
  /** Resolves when the decision is durable; the agent of the mail host carries it out. */
  decide(request: {
    readonly name: string;
    readonly choice: HoldChoice;
    readonly by: string;
    readonly why: string;
    /** How long it can be taken back; then the agent is asked. */
    readonly undoSeconds?: number;
    /** Called once it can be taken back no more. */
    readonly onSettled?: () => void;
  }): Promise<HoldAnswer>;
  /** Takes a decision back, as long as nothing was done. */
  undo(request: { readonly name: string; readonly by: string }): Promise<HoldAnswer>;
  countOpen(): Promise<number>;
  /** The message as inert text; `undefined` when the agent does not answer in time. */
  show(hold: Hold): Promise<ShownMessage | undefined>;
  /** Messages that wait because the account was locked. */
  countContained(account: string): Promise<number>;
  /** Decides on all of them; how many there were. */
  decideContained(request: {
    readonly account: string;
    readonly choice: 'release' | 'return';
    readonly by: string;
    readonly why: string;
  }): Promise<number>;
}

/** Forwards that are off (FWD-2), in memory for the doors. */
export interface ForwardDesk {
  /** Whether nothing of the account is to be sent on to that address. */
  isOff(account: string, to: string): boolean;
  /** Whether nothing of the account is to be sent on at all, so that its mail stays here. */
  keepsAll(account: string): boolean;
  list(account?: string): readonly ForwardOff[];
  /** Resolves when durable; in force at once. Without `to` every forward of the account. */
  off(request: {
    readonly account: string;
    readonly to?: string;
    readonly by: string;
    readonly why: string;
  }): Promise<ForwardOff>;
  /** Resolves when durable: how many went on. Without `to` every one of the account. */
  on(request: {
    readonly account: string;
    readonly to?: string;
    readonly by: string;
    readonly why: string;
  }): Promise<number>;
}

export interface Desk {
  /** For the gate. */
  readonly effects: Effects;
  readonly locks: LockBook & {
    list(): readonly Lock[];
    /** Resolves when durable; in force at once. Locks again = the same lock, with the new reason. */
    lock(request: {
      readonly account: string;
      readonly by: string;
      readonly why: string;
      readonly unlockOn: Lock['unlockOn'];
      readonly reference?: string;
    }): Promise<Lock>;
    /** False when there was no lock. */
    unlock(request: {
      readonly account: string;
      readonly by: string;
      readonly why: string;
    }): Promise<boolean>;
  };
  readonly lists: AccessLists;
  readonly holds: HoldDesk;
  readonly forwards: ForwardDesk;
  /** For the agents on the mail hosts. */
  readonly agents: AgentDesk & {
    heard(): readonly {
      readonly mta: string;
      readonly heardAt: string;
      readonly queued?: number;
    }[];
    /** Messages in the queues of the hosts that are heard; `undefined` where none says. */
    readonly queued: number | undefined;
  };
  readonly attachments: AttachmentDesk;
  readonly incidents: {
    /** Newest first. */
    list(query: {
      readonly state?: Incident['state'];
      readonly account?: string;
      readonly limit: number;
      readonly before?: string;
    }): Promise<readonly Incident[]>;
    get(id: string): Promise<Incident | undefined>;
    /** `undefined` when there is no such open incident. */
    close(request: {
      readonly id: string;
      readonly by: string;
      readonly verdict: 'true' | 'false alarm' | 'unclear';
      readonly why: string;
      /** The open incidents of a campaign's accounts go with it; unless they are of another as well. */
      readonly withMembers?: boolean;
    }): Promise<ClosedIncidents | undefined>;
    /**
     * About one account or a campaign over several. Of the same campaign one is open at a time: it is
     * given again, joined by the accounts that came meanwhile.
     */
    open(request: {
      readonly accounts: readonly string[];
      readonly summary: string;
      readonly by: string;
    }): Promise<Incident>;
    /** `undefined` when there is no such open incident. */
    step(id: string, by: string, step: IncidentStep): Promise<Incident | undefined>;
    /** False when the item is not asked for or done already. */
    tick(id: string, by: string, item: Incident['checklist'][number]['item']): Promise<boolean>;
    /** Others that share traits, most shared first, with how they ended (FBK-7). */
    similar(
      id: string,
    ): Promise<readonly { readonly incident: Incident; readonly shared: readonly string[] }[]>;
    /** Whether somebody was told of the matter and not yet that it is over. */
    ease(news: EaseNews): Promise<boolean>;
    /** Matters of the own house that people were told of, and not that they are over. */
    unended(): Promise<
      readonly { readonly id: string; readonly cause: string; readonly state: Incident['state'] }[]
    >;
    countOpen(): Promise<number>;
    /** What spans several accounts, most accounts first. */
    campaigns(query: { readonly days: number }): Promise<readonly Campaign[]>;
  };
  readonly cases: CaseDesk;
  readonly users: UserDesk;
  readonly figures: FigureDesk;
  readonly firstLook: FirstLookDesk;
  readonly switches: SwitchDesk;
  readonly questions: QuestionDesk;
  /** Changes asked for with an Idempotency-Key. */
  readonly requests: RequestRecords;
  /** That a person's word changed where an account stands, which is in no record of the desk. */
  tellAccount(account: string): void;
  /** Calls back after each change on record; returns how to stop. */
  follow(listener: (change: Change) => void): () => void;
  /** What waits to be done outside. */
  pendingJobs(): Promise<number>;
  readonly audit: {
    list(query: {
      readonly subject?: string;
      readonly limit: number;
      readonly before?: number;
    }): Promise<readonly AuditEntry[]>;
    add(entry: Omit<AuditEntry, 'id' | 'also'>): Promise<void>;
  };
  /** Sends a test alert through every configured channel; the outcome of each in words. */
  testAlerts(
    by: string,
  ): Promise<readonly { readonly channel: string; readonly outcome: string }[]>;
  close(): Promise<void>;
}
