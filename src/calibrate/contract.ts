/** What a calibration says. */
import type { Proposal, Tail } from '../core/detection/tail.ts';
import type { Cohort } from './account-days.ts';
import type { Findings } from './incidents-file.ts';

export interface CohortCalibration extends Tail {
  readonly cohort: Cohort | 'all';
  readonly throttle: Proposal;
  readonly hold: Proposal;
  /** Days by bins of 0.05 nats up to the highest. */
  readonly histogram: readonly number[];
  /** Distance of the latest week from what was before; above 0.1 the mail has changed. */
  readonly drift: number;
}

export interface Calibration {
  readonly version: 1;
  readonly model: string;
  readonly wanted: number;
  readonly from: string;
  readonly to: string;
  readonly verdicts: number;
  /** Lines that could not be read. */
  readonly unreadable: number;
  readonly incidents: Omit<Findings, 'abuse'>;
  /** Account-days left out, because the account was in other hands. */
  readonly excluded: number;
  readonly cohorts: readonly CohortCalibration[];
}
