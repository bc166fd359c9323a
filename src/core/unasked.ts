/**
 * A question before the message, such as one at each recipient, is asked so that it can be refused. Where
 * nothing is in force nothing can be: the message itself is judged, and says what would have been done.
 */
import type { SubmissionEvent } from './event.ts';
import { isMixed, type Modes } from './in-force.ts';
import type { Context, Identity } from './identity.ts';
import type { Lock } from './intent.ts';
import { referenceOf } from './reference.ts';
import type { Verdict } from './verdict.ts';

/** A lock holds in observe mode too. */
export function isOnlyWatched(rules: Modes, lock: Lock | undefined): boolean {
  return lock === undefined && rules.mode === 'observe' && !isMixed(rules);
}

/** What is answered then: nothing was looked at. */
export function unaskedVerdict(
  event: SubmissionEvent,
  { who, context }: { readonly who: Identity; readonly context: Context },
): Verdict {
  return {
    kind: 'verdict',
    for: event.id,
    at: event.at,
    account: who.account,
    identity: who.identity,
    context: context.text,
    verdict: 'pass',
    enforced: false,
    rung: 'observe',
    score: 0,
    reasons: NONE,
    reference: referenceOf(event.id),
  };
}

const NONE: Verdict['reasons'] = [];
