/**
 * SND-6, the second rung: mail of a suspect context to people the account never wrote to waits a little;
 * everybody else gets his mail at once (Williamson, HPL-2002-172: a virus writes to strangers).
 */
import type { AccountClass } from '../event.ts';
import { WAIT_SECONDS } from '../profile/asked-ring.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

export const SLOW_STRANGERS = 'slow-strangers';

/** It is their business to write to people who never wrote. */
const OUTGOING: ReadonlySet<AccountClass> = new Set(['list', 'system', 'forward']);

/** Told under no alert: the rung has one when it is reached. */
export function slowStrangers({ outcomes, facts }: SubmissionSubject): Finding | undefined {
  if (outcomes === undefined || outcomes.strangers === 0 || OUTGOING.has(facts.class)) {
    return undefined;
  }
  // Whether it has waited is known of the message; a burst is slowed before that (SND-13).
  if (outcomes.hasWaited === true || outcomes.isPart === true) return undefined;
  const who =
    outcomes.strangers === 1
      ? 'One recipient is a stranger'
      : `${outcomes.strangers} recipients are strangers`;
  return {
    rule: SLOW_STRANGERS,
    practice: 'SND-6',
    action: 'throttle',
    retryAfterSeconds: WAIT_SECONDS,
    text: `${who} to this account and its use from here is unusual; their mail waits ${WAIT_SECONDS / 60} minutes, all other mail goes at once.`,
  };
}
