/**
 * A measure is a yes or no about a message whose weight depends on how usual the answer is for this
 * identity (detection design 1.3, formulas 1 and 2). Other signals say their weight themselves.
 */
import type { SummedFamily } from '../detection/hypotheses.ts';
import type { AttackRates, Prior } from '../detection/rates.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

export interface Measure {
  readonly signal: string;
  readonly practice: string;
  readonly family: SummedFamily;
  /** Its place among the rates of the profile; never given to another measure. */
  readonly slot: number;
  /** How usual a yes is under each hypothesis. */
  readonly attack: AttackRates;
  /** A no may speak against the sender as well as a yes. */
  readonly noSpeaks?: true;
  /** How usual it is for others of this kind. */
  prior(subject: SubmissionSubject): Prior;
  /** Undefined where nothing was seen that would tell. */
  look(subject: SubmissionSubject): boolean | undefined;
  /** One sentence, of a yes or a no that speaks against the sender. */
  text(subject: SubmissionSubject, isThere: boolean, usual: string): string;
}

/** Every sentence says what was seen, what is usual for this identity, and what for others of its kind. */
export function withCohort(measure: Measure): Measure {
  return {
    ...measure,
    text: (subject, isThere, usual) => {
      const sentence = measure.text(subject, isThere, usual).replace(/\.$/, '');
      const others = shareText(measure.prior(subject).rate);
      // Where little is known of it, what others do is all that is known.
      return others === usual ? `${sentence}, as of others.` : `${sentence}, of others ${others}.`;
    },
  };
}

function shareText(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}
