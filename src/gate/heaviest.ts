/** Which reason of a decision is told where there is room for one. */
import type { Reason } from '../core/verdict.ts';

/**
 * What counted most; the first of equals, and of a verdict's reasons that weigh nothing. What came back
 * stands first where it weighs most, and its own sentence adds nothing.
 */
export function heaviest(reasons: readonly Reason[]): Reason | undefined {
  if (reasons[0]?.signal === 'outcomes') return reasons[0];
  return reasons.reduce<Reason | undefined>(
    (most, one) => (most === undefined || one.weight > most.weight ? one : most),
    undefined,
  );
}
