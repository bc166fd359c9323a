/** The tables of the records as Kysely sees them; snake_case in SQL. JSON is kept as text. */
import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';

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
}

export interface AuditTable {
  id: Generated<number>;
  at: string;
  by: string;
  action: string;
  subject: string;
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
  kind: 'alert' | 'connector' | 'sessions';
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

export interface SettingTable {
  name: string;
  value: string;
}

export interface RecordsTables {
  locks: LockTable;
  incidents: IncidentTable;
  audit: AuditTable;
  listEntries: ListEntryTable;
  outbox: OutboxTable;
  settings: SettingTable;
}

export type RecordsDb = Kysely<RecordsTables>;
export type RecordsTx = Transaction<RecordsTables>;

/** Runs work in one transaction. @throws PrimumError STORE_UNAVAILABLE; then nothing was written. */
export type Transact = <R>(work: (tx: RecordsTx) => Promise<R>) => Promise<R>;
