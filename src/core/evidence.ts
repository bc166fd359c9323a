/** A signal's word on one submission: how much more likely this is theft than custom, in nats. */
import type { Family, Four } from './detection/hypotheses.ts';

export interface Evidence {
  /** File name of the signal. */
  readonly signal: string;
  readonly practice?: string;
  readonly family: Family;
  readonly weight: number;
  /** Where it says more under one hypothesis than under another; else `weight` under all. */
  readonly by?: Four;
  /** One sentence with the observed and the usual value. */
  readonly text: string;
}
