/**
 * SND-6, the second rung: mail of a suspect context to people the account never wrote to waits a little;
 * everybody else gets his mail at once (Williamson, HPL-2002-172: a virus writes to strangers).
 */
import type { Finding, SubmissionSubject } from './finding.ts';

const WAIT_SECONDS = 300;

/** Told under no alert: the rung has one when it is reached. */
export function slowStrangers(subject: SubmissionSubject, score: number): Finding | undefined {
  const { outcomes, world } = subject;
  if (outcomes === undefined || outcomes.strangers === 0) return undefined;
  if (score < world.policy.thresholds.throttle) return undefined;
  return {
    rule: 'slow-strangers',
    practice: 'SND-6',
    action: 'throttle',
    retryAfterSeconds: WAIT_SECONDS,
    text: `${outcomes.strangers} recipients are strangers to this account and its use from here is unusual; their mail waits ${WAIT_SECONDS / 60} minutes, all other mail goes at once.`,
  };
}
