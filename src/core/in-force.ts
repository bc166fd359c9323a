/**
 * Switching on step by step: a practice can be in force while everything else only watches, or only
 * watch while everything else is in force. Without such switches the mode says it for all.
 */
import type { Mode, RuleSet } from './policy.ts';

export type Modes = Pick<RuleSet, 'mode' | 'practices'>;

/** The row of what the score does: throttle, hold and lock without a rule of the operator. */
export const SCORE_PRACTICE = 'SND-6';

export function isInForce({ mode, practices }: Modes, practice: string): boolean {
  return (practices?.[practice] ?? mode) === 'enforce';
}

/** Whether some practices have a mode of their own. */
export function isMixed({ practices }: Modes): boolean {
  return practices !== undefined;
}

export function inForce<F extends { readonly practice: string }>(
  modes: Modes,
  findings: readonly F[],
): readonly F[] {
  return findings.filter(({ practice }) => isInForce(modes, practice));
}

/** A group that only watches is left alone whatever practice is in force elsewhere. */
export function practicesOfGroup(
  practices: RuleSet['practices'],
  mode: Mode | undefined,
): RuleSet['practices'] {
  if (practices === undefined || mode !== 'observe') return practices;
  const watched = Object.entries(practices).filter(([, own]) => own === 'observe');
  return watched.length === 0 ? undefined : Object.fromEntries(watched);
}
