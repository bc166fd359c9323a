/** What a rung does to an account, or in observe mode would do, in words. */
import type { AccountView, RungPageView } from '../doors/api/schemas/types.ts';
import { ago } from './format.ts';

/** What becomes of the mail of an account on a rung, after `is` or `would be`. */
export const RUNG_WORDS = {
  observe: 'only observed',
  throttle: 'slowed',
  hold: 'kept for a review',
  lock: 'locked out',
} as const;

/** How many stand on each; where everything is only observed nobody is slowed, held or locked. */
export function laddersOf({ counts, mode }: Pick<RungPageView, 'counts' | 'mode'>): string {
  const would = mode === 'observe' ? 'would be ' : '';
  const kinds = (['throttle', 'hold', 'lock'] as const).map(
    (rung) => `${counts[rung]} ${would}${RUNG_WORDS[rung]}`,
  );
  const rest = {
    enforce: '',
    observe: ' Nothing is stopped: everything is only observed.',
    mixed: ' Some of it is only observed and not stopped: each account says so.',
  };
  return `${kinds.join(', ')}.${rest[mode]}`;
}

/** What holds an account, in sentences. */
export function whyNotFree(standing: NonNullable<AccountView['rung']>): string {
  const { rung, since, why, identity, enforced } = standing;
  const whose = identity === '' ? 'Its mail' : `The mail of ${identity}`;
  const what = `${whose} ${enforced ? 'is' : 'would be'} ${RUNG_WORDS[rung]}`;
  const cause = why === '' ? 'the journal has no reason any more.' : why;
  const rest = enforced
    ? 'Release lets it start anew; after a quiet time it comes down by itself.'
    : 'It is only observed, so nothing is stopped; release lets it start anew before that ends.';
  return `${what}, reached ${ago(since)}: ${cause} ${rest}`;
}
