/** A signal's word on one submission: how much more likely this is theft than custom, in nats. */
import type { EvidenceFamily } from './profile/identity-profile.ts';

export interface Evidence {
  /** File name of the signal. */
  readonly signal: string;
  readonly practice?: string;
  readonly family: EvidenceFamily;
  readonly weight: number;
  /** One sentence with the observed and the usual value. */
  readonly text: string;
}
