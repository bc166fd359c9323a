/** What a check of the own house is, and what it finds. */
import type { FINDING_STATES } from '../core/event.ts';
import type { Dns } from './dns.ts';
import type { Scope } from './scope.ts';
import type { WatchPlan } from './plan.ts';
import type { Dialogue, DialogueOptions } from './smtp-dialogue.ts';

/** `unknown`: it could not be found out. It is never taken for a failure. */
export type FindingState = (typeof FINDING_STATES)[number];

export interface Finding {
  readonly check: string;
  /** The row of PRACTICES, such as `OWN-1`. */
  readonly practice: string;
  /** Host, address or domain. */
  readonly target: string;
  /**
   * One of several things of the target that are looked at each by itself, such as an address on one
   * list. What is well or unknown of it is no row of its own, unless it was wrong before.
   */
  readonly item?: string;
  readonly state: FindingState;
  /** What was seen, in sentences a stranger understands. */
  readonly evidence: readonly string[];
  /** How many lines of the evidence, its first ones, made the state; of `fail` and `warn`. */
  readonly faults?: number;
  /** All items of the target are among the findings of the same look: one that is not there is gone. */
  readonly hasAllItems?: boolean;
  /** What to do about it; absent where nothing is to be done. */
  readonly advice?: string;
}

/** What changed of something bad since it was well. */
export interface Drift {
  /** What was seen when it was last well, and is not seen now. */
  readonly was: string;
  /** When that was (RFC 3339). */
  readonly wasAt: string;
  /** What is seen now, and was not then. */
  readonly is: string;
}

/** What a check says of one thing it looked at; the frame adds whose it is. */
export type Observation = Omit<Finding, 'check' | 'target'> & { readonly target?: string };

export interface Tools {
  readonly plan: WatchPlan;
  readonly dns: Dns;
  readonly scope: Scope;
  readonly now: () => number;
  /** Connects only where the scope allows it. */
  dialogue(options: DialogueOptions): Promise<Dialogue>;
}

export interface Check {
  /** Lower case with dashes; stays the same, as history is kept under it. */
  readonly id: string;
  /** Rows it gives evidence for. */
  readonly practices: readonly string[];
  /** What it looks at, one each. */
  targets(plan: WatchPlan): readonly string[];
  /** What its findings call them, where that is another name. */
  findingTargets?(plan: WatchPlan): readonly string[];
  /** @throws whatever went wrong: the frame makes `unknown` of it. */
  run(target: string, tools: Tools): Promise<readonly Observation[]>;
}
