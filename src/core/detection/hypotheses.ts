/**
 * What theft can look like, each with sums of its own (detection design, what decides the design 3):
 * one score for all would let the mark of one kind of attack be hidden by what speaks against another.
 */
export const HYPOTHESES = ['spam', 'lateral', 'thread', 'bec'] as const;
export type Hypothesis = (typeof HYPOTHESES)[number];

/** One number a hypothesis, in the order of `HYPOTHESES`. */
export type Four = readonly [spam: number, lateral: number, thread: number, bec: number];

/** Families whose evidence adds up, message by message. */
export const SUMMED_FAMILIES = [
  'recipients',
  'content',
  'timing',
  'outcomes',
  'cross',
  'preparation',
] as const;
export type SummedFamily = (typeof SUMMED_FAMILIES)[number];

/** `context` does not add up: a place is as strange at the tenth message as at the first. */
export const FAMILIES = ['context', ...SUMMED_FAMILIES] as const;
export type Family = (typeof FAMILIES)[number];

/** No kind of evidence holds mail alone (design 1.2), in nats. */
export const CAPS: Readonly<Record<Family, number>> = {
  context: 6,
  recipients: 5,
  content: 7,
  timing: 1.5,
  outcomes: 8,
  cross: 8,
  preparation: 4,
};

/** Of several hypotheses one is bound to look better by chance. */
export const CHOICE = Math.log(HYPOTHESES.length);

/** The version of weights and rates, shown with each explanation. */
export const MODEL = 'primum-5';

export function alike(weight: number): Four {
  return [weight, weight, weight, weight];
}
