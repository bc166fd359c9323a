/**
 * Records: what people work with. Every function is one transaction and durable before it resolves;
 * nothing acknowledged is lost by `kill -9`. A failing engine throws PrimumError STORE_UNAVAILABLE
 * and leaves nothing half written.
 */
import type { ListEntry, ListKey, ListName } from '../../core/access-list.ts';
import type { Lock } from '../../core/intent.ts';
import type {
  AuditDraft,
  IncidentAddition,
  IncidentDraft,
  IncidentEase,
  JobDraft,
  TimelineEntry,
} from './entries.ts';
import type { ForwardRecords } from './forward-contract.ts';
import type { CaseRecords, FigureRecords, UserRecords } from './desk-contract.ts';
import type { QuestionRecords } from './question-contract.ts';
import type { RequestRecords } from './request-contract.ts';
import type { AttachmentRecords } from './attachment-contract.ts';
import type { TicketRecords } from './ticket-contract.ts';
import type { ContainmentRecords, HoldRecords } from './hold-contract.ts';
import type { WaitingRecords } from './waiting-contract.ts';

export type {
  AuditDraft,
  IncidentAddition,
  IncidentDraft,
  IncidentEase,
  JobDraft,
  JobKind,
  TimelineEntry,
} from './entries.ts';

export interface AuditRow extends AuditDraft {
  readonly id: number;
  readonly also: string;
}

export type ChecklistItem = 'password' | 'sessions' | 'forwards';

export interface ChecklistEntry {
  readonly item: ChecklistItem;
  readonly doneAt?: string;
  readonly by?: string;
}

export interface IncidentRow {
  readonly id: string;
  readonly account: string;
  readonly cause: string;
  readonly practice: string;
  readonly state: 'open' | 'closed';
  readonly openedAt: string;
  readonly updatedAt: string;
  /** When its newest decision was made; of one that a person opened, when it was opened. */
  readonly lastAt: string;
  readonly closedAt?: string;
  readonly summary: string;
  readonly count: number;
  readonly references: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  readonly checklist: readonly ChecklistEntry[];
  /** JSON of the newest decision as an alert shows it; opaque to the store. Empty when none. */
  readonly detail: string;
  /** When and at what count people were last alerted. */
  readonly alertedAt?: string;
  readonly alertedCount: number;
  /** Empty while it is open. */
  readonly verdict: IncidentVerdict;
  /** Who works on it; empty while nobody does. */
  readonly owner: string;
  /** Accounts it is about besides its own: a campaign has several. */
  readonly accounts: readonly string[];
  /** FBK-6: when somebody or a rule first did something about it. */
  readonly firstActionAt?: string;
  /** Since when its cause is gone. */
  readonly wellAt?: string;
}

export type UnendedCause = Pick<IncidentRow, 'id' | 'cause' | 'state'>;

export type IncidentVerdict = '' | 'true' | 'false alarm' | 'unclear';

export interface IncidentChange {
  readonly entry: TimelineEntry;
  readonly audit: AuditDraft;
  readonly owner?: string;
  readonly accounts?: readonly string[];
}

/** A trait that incidents of at least two accounts share. */
export interface TraitCluster {
  readonly trait: string;
  readonly incidents: readonly string[];
}

/** An incident without what is long in it. */
export type IncidentLine = Pick<
  IncidentRow,
  'id' | 'account' | 'summary' | 'state' | 'openedAt' | 'lastAt' | 'count'
>;

/** An incident of one of a campaign's accounts. */
export type CampaignMember = IncidentLine & Pick<IncidentRow, 'practice' | 'references' | 'detail'>;

/** An account and the id of the incident over its campaign. */
export interface AccountCampaign {
  readonly account: string;
  readonly id: string;
}

/** Middle and worst of what it took, in whole seconds. */
export interface SpanFigure {
  readonly count: number;
  readonly median: number;
  readonly worst: number;
}

/** How fast incidents were acted on and closed, and how they ended (FBK-6). */
export interface IncidentClocks {
  readonly opened: number;
  readonly firstAction: SpanFigure;
  readonly close: SpanFigure;
  readonly verdicts: Readonly<Record<Exclude<IncidentVerdict, ''>, number>>;
}

export interface Job extends JobDraft {
  readonly id: number;
  /** Equal on every attempt, so that a receiver can tell a repetition. */
  readonly key: string;
  readonly incident: string;
  /** Cause of the incident; alerts of one cause may leave in one message. */
  readonly cause: string;
  readonly attempts: number;
}

export interface LockDraft {
  readonly lock: Omit<Lock, 'incident'>;
  /** Used when neither the lock before nor the reference leads to an open incident. */
  readonly incident: IncidentDraft;
  readonly checklist: readonly ChecklistItem[];
  readonly jobs: readonly JobDraft[];
  readonly audit: AuditDraft;
}

export interface LiftRequest {
  readonly account: string;
  readonly at: string;
  readonly by: string;
  readonly why: string;
  readonly jobs: readonly JobDraft[];
}

/** Ticks a checklist item; a lock that waits for the checklist is lifted with the last one. */
export interface TickRequest extends LiftRequest {
  readonly item: ChecklistItem;
  /** RFC 3339: when it was done, if that is told. It says nothing of a lock or incident since. */
  readonly doneAt?: string;
}

export interface TickOutcome {
  readonly isTicked: boolean;
  readonly isLifted: boolean;
}

export interface LockRecords {
  all(): Promise<readonly Lock[]>;
  /** Saves locks with their incidents, audit rows and jobs. The result has the incidents' ids. */
  save(drafts: readonly LockDraft[]): Promise<readonly Lock[]>;
  /** False when there was no lock; then nothing is written. */
  lift(request: LiftRequest): Promise<boolean>;
  tick(request: TickRequest): Promise<TickOutcome>;
}

export interface IncidentQuery {
  readonly state?: IncidentRow['state'];
  readonly account?: string;
  readonly limit: number;
  /** Only incidents opened before the one with this id. */
  readonly before?: string;
}

export interface IncidentRecords {
  /** Counts decisions; returns the ids of the incidents this opened or began again. */
  add(additions: readonly IncidentAddition[]): Promise<readonly string[]>;
  /** Newest first. */
  list(query: IncidentQuery): Promise<readonly IncidentRow[]>;
  get(id: string): Promise<IncidentRow | undefined>;
  /**
   * Notes in the newest incident of that cause about no account that less of it is left, or nothing.
   * False when there is none or it is well already: then nobody was told of it and nobody hears.
   */
  ease(news: IncidentEase): Promise<boolean>;
  /** The newest incident of each such cause about no account, where its end is not known. */
  unended(causesBeginWith: string): Promise<readonly UnendedCause[]>;
  /** False when there is no such open incident. */
  close(request: {
    readonly id: string;
    readonly at: string;
    readonly by: string;
    readonly text: string;
    readonly verdict?: IncidentVerdict;
  }): Promise<boolean>;
  /**
   * Closes open incidents of the accounts of a campaign that is open, with a finding of their own or
   * its own, but none that is part of another open campaign; at most a bound of them at a time, so that
   * whoever wants all asks until none comes.
   */
  closeMembers(request: {
    readonly campaign: string;
    readonly at: string;
    readonly by: string;
    readonly text: string;
    readonly verdict: IncidentVerdict;
  }): Promise<readonly IncidentRow[]>;
  /**
   * One that a person opens, about one account or several. Where one over these accounts is open
   * already (open-campaigns.ts) that one is given, joined by those that are new to it.
   */
  open(incident: {
    readonly draft: IncidentDraft;
    readonly accounts: readonly string[];
    readonly at: string;
    readonly by: string;
  }): Promise<IncidentRow>;
  /** `undefined` where there is none or `change` gave nothing. */
  change(
    id: string,
    change: (row: IncidentRow) => IncidentChange | undefined,
  ): Promise<IncidentRow | undefined>;
  countOpen(): Promise<number>;
  /** Those that people opened over several accounts, newest first, at most a bound. */
  openCampaigns(): Promise<readonly Pick<IncidentRow, 'id' | 'accounts' | 'detail'>[]>;
  /** Which of those each of these accounts is in, the newest; only accounts that are in one. */
  campaignsOf(accounts: readonly string[]): Promise<readonly AccountCampaign[]>;
  /** Incidents of these accounts opened in this time, newest first, at most a bound. */
  members(query: {
    readonly accounts: readonly string[];
    readonly since: string;
    readonly until: string;
  }): Promise<readonly CampaignMember[]>;
  /** Those of these that exist, in no particular order. */
  lines(ids: readonly string[]): Promise<readonly IncidentLine[]>;
  /** Traits of these incidents, each with those that have it. */
  traitsOf(ids: readonly string[]): Promise<readonly TraitCluster[]>;
  /**
   * Writes what an incident over several accounts is of, into the row alone: nothing happened to it,
   * so no clock moves. False where there is none.
   */
  describe(
    id: string,
    known: Pick<IncidentRow, 'detail' | 'references' | 'count' | 'lastAt'>,
  ): Promise<boolean>;
  /** Adds traits to an incident (FBK-7); it keeps MAX_TRAITS. */
  addTraits(id: string, traits: readonly string[]): Promise<void>;
  /** Others that share traits, most shared first, without those named. */
  similar(
    id: string,
    limit: number,
    except?: readonly string[],
  ): Promise<readonly { readonly incident: IncidentRow; readonly shared: readonly string[] }[]>;
  /** Traits shared by incidents of several accounts opened since then, of most accounts first. */
  clusters(since: string): Promise<readonly TraitCluster[]>;
  /** Of those opened since then, the newest up to a bound. */
  clocks(since: string): Promise<IncidentClocks>;
  /** Writes jobs for open incidents whose next alert is due; returns how many there were. */
  repeatAlerts(
    nowMs: number,
    limit: number,
    draft: (incident: IncidentRow) => readonly JobDraft[],
  ): Promise<number>;
}

/** Append-only: there is no way to change or delete a row. */
export interface AuditRecords {
  add(entries: readonly AuditDraft[]): Promise<void>;
  /** Newest first. */
  list(query: {
    readonly subject?: string;
    readonly limit: number;
    readonly before?: number;
  }): Promise<readonly AuditRow[]>;
}

export interface ListRecords {
  /** Entries that end after `nowMs`. */
  all(nowMs: number): Promise<readonly ListEntry[]>;
  put(entry: ListEntry, audit: AuditDraft): Promise<void>;
  remove(list: ListName, key: ListKey, audit: AuditDraft): Promise<boolean>;
  /** Deletes what has ended; returns how many. */
  purge(nowMs: number): Promise<number>;
}

export interface OutboxRecords {
  /**
   * Jobs that may run now, oldest first. A job behind an unfinished one of the same target and
   * account waits, alerts excepted.
   */
  due(nowMs: number, limit: number, except: readonly string[]): Promise<readonly Job[]>;
  /** When the next job may run; `undefined` when the outbox is empty. */
  nextAtMs(except: readonly string[]): Promise<number | undefined>;
  /** Joins jobs under one key, so that they leave as one message on every attempt. */
  join(ids: readonly number[], key: string): Promise<void>;
  /**
   * Deletes the jobs of a key. `tick` is done in the same transaction, once no job that ends
   * sessions of the account is left.
   */
  done(key: string, tick?: TickRequest): Promise<TickOutcome>;
  retry(key: string, notBeforeMs: number, error: string): Promise<void>;
  giveUp(key: string, audit: AuditDraft): Promise<void>;
  pending(): Promise<number>;
}

export interface SettingRecords {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string, audit: AuditDraft): Promise<void>;
  /** Sets it where it is not set yet; returns the value that stands. */
  ensure(name: string, value: string): Promise<string>;
}

export interface Records {
  readonly locks: LockRecords;
  readonly incidents: IncidentRecords;
  readonly audit: AuditRecords;
  readonly lists: ListRecords;
  readonly outbox: OutboxRecords;
  readonly settings: SettingRecords;
  readonly holds: HoldRecords;
  readonly containments: ContainmentRecords;
  readonly forwards: ForwardRecords;
  readonly cases: CaseRecords;
  readonly users: UserRecords;
  readonly figures: FigureRecords;
  readonly questions: QuestionRecords;
  readonly requests: RequestRecords;
  readonly tickets: TicketRecords;
  readonly attachments: AttachmentRecords;
  readonly waiting: WaitingRecords;
  close(): Promise<void>;
}
