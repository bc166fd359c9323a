/** What several kinds of record are written with: audit rows, timelines, incidents and jobs. */

export type JobKind = 'alert' | 'owner' | 'answer' | 'connector' | 'sessions' | 'ticket';

export interface AuditDraft {
  /** RFC 3339. */
  readonly at: string;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  /** What else it is about, such as the incident; empty for nothing. */
  readonly also?: string;
  readonly why: string;
}

export interface TimelineEntry {
  readonly at: string;
  readonly by: string;
  readonly text: string;
  /** What a person wrote, for the desk or for the reporter; or what was done with one message. */
  readonly kind?: 'note' | 'answer' | 'message';
  /** So many lines stood here. */
  readonly omitted?: number;
}

/** How a new incident begins where none is open yet. */
export interface IncidentDraft {
  readonly id: string;
  readonly cause: string;
  readonly practice: string;
  readonly summary: string;
  readonly detail: string;
}

/** Decisions of one account and cause, counted together. */
export interface IncidentAddition extends IncidentDraft {
  readonly account: string;
  /** The detail of an incident that has one already; by default the new one. */
  readonly detailAfter?: (before: string) => string;
  /** Time of the first and of the last decision counted here. */
  readonly firstAt: string;
  readonly lastAt: string;
  readonly count: number;
  /** Oldest first. */
  readonly references: readonly string[];
  /** What may join it with others (FBK-7), kept when this opens an incident. */
  readonly traits?: readonly string[];
  /** Asked for jobs only when this opens an incident, or begins one again that was well. */
  readonly jobs: () => readonly JobDraft[];
  /** What the time line of an incident that is open says of it, where it is news; oldest first. */
  readonly notes?: readonly string[];
  /** When an alert may follow that says what happened since the last one. */
  readonly repeatAfterMs: number;
  readonly nowMs: number;
}

/** What became less of a matter that people were told of. */
export interface IncidentEase {
  readonly cause: string;
  readonly at: string;
  /** What is left now, or that all is well. */
  readonly summary: string;
  readonly notes: readonly string[];
  /** Nothing is left. */
  readonly isOver: boolean;
  /** Asked for jobs only when this is news to those who were told. */
  readonly jobs: () => readonly JobDraft[];
}

/** Something to do outside, kept until it is done or given up. */
export interface JobDraft {
  readonly kind: JobKind;
  /** Name of the channel or connector. */
  readonly target: string;
  /** The account. Jobs of one target and account run one after the other, alerts excepted. */
  readonly subject: string;
  readonly payload: string;
  readonly createdAtMs: number;
  readonly notBeforeMs: number;
}
