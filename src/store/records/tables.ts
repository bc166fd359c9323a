/** The tables of the records as Kysely sees them; snake_case in SQL. JSON is kept as text. */
import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';
import type { IncidentVerdict } from './contract.ts';
import type { DeskTables } from './desk-tables.ts';

export interface LockTable {
  account: string;
  at: string;
  by: string;
  why: string;
  reference: string;
  incident: string;
  unlockOn: 'password' | 'person';
}

export interface IncidentTable {
  id: string;
  account: string;
  cause: string;
  practice: string;
  state: 'open' | 'closed';
  openedAt: string;
  updatedAt: string;
  lastAt: string;
  closedAt: string | null;
  summary: string;
  count: number;
  references: string;
  timeline: string;
  checklist: string;
  detail: string;
  alertedAtMs: number | null;
  alertedCount: number;
  alertDueMs: number | null;
  verdict: IncidentVerdict;
  owner: string;
  accounts: string;
  firstActionAt: string | null;
  wellAt: string | null;
}

export interface AuditTable {
  id: Generated<number>;
  at: string;
  by: string;
  action: string;
  subject: string;
  also: string;
  why: string;
}

/** Parts of the key that an entry does not have are empty text, so that they can be a primary key. */
export interface ListEntryTable {
  list: 'allow' | 'deny';
  network: string;
  login: string;
  ja3: string;
  reason: string;
  expiresAtMs: number;
  by: string;
}

export interface OutboxTable {
  id: Generated<number>;
  key: string;
  kind: 'alert' | 'owner' | 'answer' | 'connector' | 'sessions' | 'ticket';
  target: string;
  subject: string;
  incident: string;
  cause: string;
  payload: string;
  createdAtMs: number;
  notBeforeMs: number;
  attempts: ColumnType<number, number | undefined, number>;
  lastError: ColumnType<string, string | undefined, string>;
}

/** `about` is the id of an incident or case. */
export interface TicketTable {
  target: string;
  about: string;
  ticket: string;
  sinceMs: number;
}

export interface SettingTable {
  name: string;
  value: string;
}

export interface HoldTable {
  id: string;
  account: string;
  identity: string;
  context: string;
  at: string;
  reference: string;
  submission: string;
  mta: string;
  queueId: string;
  envelopeSender: string;
  recipients: number;
  subject: string;
  reasons: string;
  cause: 'verdict' | 'defer' | 'containment' | 'found';
  incident: string;
  state: HoldStateText;
  owner: string;
  by: string;
  why: string;
  outcome: string;
  closedAt: string | null;
  seenArrivalSeconds: number | null;
  seenSender: string | null;
  sizeBytes: number;
  misses: number;
  tries: number;
  lastError: string;
  notice: 'none' | 'due' | 'sent' | 'failed';
  noticeTries: number;
  releaseAtMs: number | null;
  remindAtMs: number | null;
  escalateAtMs: number | null;
  expiresAtMs: number | null;
  checkAtMs: number | null;
  retryAtMs: number | null;
  /** When the clock next wants something; the earliest of its times. */
  dueMs: number | null;
  /** When the agent is next wanted. */
  workMs: number | null;
}

export type HoldStateText =
  | 'held'
  | 'releasing'
  | 'returning'
  | 'notified'
  | 'deleting'
  | 'released'
  | 'returned'
  | 'deleted'
  | 'gone';

export interface ContainmentTable {
  account: string;
  incident: string;
  startedAtMs: number;
  /** JSON: what each mail host has done. */
  hosts: string;
}

export interface ForwardOffTable {
  account: string;
  destination: string;
  isWhole: number;
  at: string;
  by: string;
  why: string;
  reference: string;
}

export interface RecordsTables extends DeskTables {
  locks: LockTable;
  incidents: IncidentTable;
  audit: AuditTable;
  listEntries: ListEntryTable;
  outbox: OutboxTable;
  settings: SettingTable;
  tickets: TicketTable;
  holds: HoldTable;
  containments: ContainmentTable;
  forwardsOff: ForwardOffTable;
}

export type RecordsDb = Kysely<RecordsTables>;
export type RecordsTx = Transaction<RecordsTables>;

/** Runs work in one transaction. @throws PrimumError STORE_UNAVAILABLE; then nothing was written. */
export type Transact = <R>(work: (tx: RecordsTx) => Promise<R>) => Promise<R>;
