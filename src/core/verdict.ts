/** What is decided for one message or login, and why. */

import type { Family, Hypothesis } from './detection/hypotheses.ts';

export type VerdictKind = 'pass' | 'defer' | 'hold' | 'reject';

/** Rungs of the ladder, mildest first. */
export const RUNGS = ['observe', 'throttle', 'hold', 'lock'] as const;
export type Rung = (typeof RUNGS)[number];

export type { Hypothesis };

/** One sentence for a person, with the measure behind it. */
export interface Reason {
  /** File name of the signal or rule, such as `distinct-places`. */
  readonly signal: string;
  /** Row of PRACTICES, such as `ACC-8`. */
  readonly practice?: string;
  /** Nats of evidence; 0 for an operator's rule, which is not a matter of probability. */
  readonly weight: number;
  readonly text: string;
  /** What the client is told by name, such as a virus' signature. */
  readonly detail?: string;
}

export interface Verdict {
  readonly kind: 'verdict';
  /** Id of the event judged. */
  readonly for: string;
  readonly at: string;
  readonly account: string;
  readonly identity: string;
  readonly context: string;
  readonly verdict: VerdictKind;
  /** Whether it is answered to the client. Never in observe mode, never in replay. */
  readonly enforced: boolean;
  readonly rung: Rung;
  readonly score: number;
  readonly hypothesis?: Hypothesis;
  /** Nats by family, where the score is worth a look; families without a word are left out. */
  readonly sums?: Readonly<Partial<Record<Family, number>>>;
  /** Version of weights and rates that gave `sums`. */
  readonly model?: string;
  /** One sentence, where the score decided: what would have changed it. */
  readonly wouldChange?: string;
  readonly reasons: readonly Reason[];
  /** Short form of the event's id; finds the decision in log, console and `primum explain`. */
  readonly reference: string;
  /**
   * Of the recipients named, those that the account had neither written to nor heard from. Absent where
   * that was not known.
   */
  readonly strangers?: number;
  readonly perRecipient?: Readonly<Record<string, VerdictKind>>;
  /** For `defer`: when trying again makes sense. */
  readonly retryAfterSeconds?: number;
  /** For `defer`: nobody could look now. Only what comes again is looked at, so no clock lets it out. */
  readonly notLookedAt?: true;
}

export interface RungChange {
  readonly kind: 'rung';
  readonly at: string;
  readonly account: string;
  readonly identity: string;
  readonly context?: string;
  readonly from: Rung;
  readonly to: Rung;
  readonly because: readonly Reason[];
}
