/** The scorecard: every practice with its state, the evidence and what to do. */
import type { Drift, Finding } from '../watch/contract.ts';

export type PracticeState =
  /** Decided in the mail path, or carried by the desk. */
  | 'in force'
  /** It decides, and nothing is done of it. */
  | 'watched'
  /** Looked at: see `result`. */
  | 'checked'
  | 'off'
  | 'not applicable'
  | 'not built yet';

export type CheckResult = 'pass' | 'warn' | 'fail' | 'unknown';

export interface PracticeReport {
  readonly id: string;
  readonly title: string;
  readonly kind: 'enforced' | 'audited' | 'desk';
  readonly state: PracticeState;
  /** Of a checked practice. */
  readonly result?: CheckResult;
  /** In one sentence. */
  readonly summary: string;
  /** Where it is in force or looked at. */
  readonly where: string;
  readonly advice?: string;
  /** Findings, the worst first; each with how long it has been so where that is known. */
  readonly findings: readonly (Finding & {
    readonly since?: string;
    /** When it was last really seen, where a daemon looks. */
    readonly lookedAt?: string;
    /** What changed since it was well, where a daemon saw it so. */
    readonly drift?: Drift;
    readonly silencedUntil?: string;
    /** Why it is silent, in the operator's words. */
    readonly silencedWhy?: string;
  })[];
  readonly decided?: DecidedCounts;
}

/** What a daemon knows of practices and an audit beside it does not. */
export type Running = readonly {
  readonly id: string;
  readonly state: PracticeState;
  readonly summary: string;
  readonly advice?: string | undefined;
  readonly decided?: DecidedCounts | undefined;
}[];

/** What a practice did, where a daemon counts it. */
export interface DecidedCounts extends DayAndWeek {
  /** What it only watched and would have stopped. */
  readonly watched: DayAndWeek;
  readonly incidents: DayAndWeek;
}

interface DayAndWeek {
  readonly day: number;
  readonly week: number;
}

export interface AuditReport {
  readonly at: string;
  readonly version: string;
  readonly counts: Readonly<Record<CheckResult | PracticeState, number>>;
  readonly practices: readonly PracticeReport[];
  /** What could be watched, found in postconf and DNS, where nothing is configured. */
  readonly proposal?: string;
}
