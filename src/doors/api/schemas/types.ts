/** The answers of the API as types, for the client. */
import type { z } from 'zod';
import type {
  accountView,
  alertOutcomes,
  auditList,
  eventsTaken,
  incidentList,
  limitList,
  listEntries,
  listEntry,
  lock,
  lockList,
  problem,
  bulkToolList,
  proposalList,
  relayList,
  reloadOutcome,
  traceKey,
  traceView,
} from './output.ts';

export type AccountView = z.output<typeof accountView>;
export type AlertOutcomes = z.output<typeof alertOutcomes>;
export type AuditList = z.output<typeof auditList>;
export type EventsTaken = z.output<typeof eventsTaken>;
export type IncidentList = z.output<typeof incidentList>;
export type IncidentView = IncidentList['incidents'][number];
export type LimitList = z.output<typeof limitList>;
export type ListEntries = z.output<typeof listEntries>;
export type ListEntryView = z.output<typeof listEntry>;
export type LockList = z.output<typeof lockList>;
export type LockView = z.output<typeof lock>;
export type ProblemView = z.output<typeof problem>;
export type BulkToolList = z.output<typeof bulkToolList>;
export type ProposalList = z.output<typeof proposalList>;
export type RelayList = z.output<typeof relayList>;
export type ReloadOutcome = z.output<typeof reloadOutcome>;
export type TraceKeyView = z.output<typeof traceKey>;
export type TraceView = z.output<typeof traceView>;
