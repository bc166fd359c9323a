/** The failure stance: what a door answers when we cannot judge, in time or at all. */
import type { LoginAttempt, LoginEvent, SubmissionEvent } from '../core/event.ts';
import { identifyLogin, identifySubmission } from '../core/identity.ts';
import type { Maybe } from '../core/maybe.ts';
import { referenceOf } from '../core/reference.ts';
import type { Verdict } from '../core/verdict.ts';

export interface Stance {
  readonly onFailure: 'pass' | 'defer';
  readonly timeoutMs: number;
}

/** Retry of a message we could not judge: soon, for the trouble is ours. */
const RETRY_SECONDS = 60;

export function stanceVerdict(
  event: SubmissionEvent | LoginEvent | LoginAttempt,
  onFailure: Stance['onFailure'],
): Verdict {
  const who = event.kind === 'submission' ? identifySubmission(event) : identifyLogin(event);
  return {
    kind: 'verdict',
    for: event.id,
    at: event.at,
    account: who.account,
    identity: who.identity,
    context: '',
    verdict: onFailure,
    enforced: onFailure === 'defer',
    rung: 'observe',
    score: 0,
    reasons: [{ signal: 'not-judged', weight: 0, text: 'Primum could not judge this in time.' }],
    reference: referenceOf(event.id),
    ...(onFailure === 'defer' ? { retryAfterSeconds: RETRY_SECONDS, notLookedAt: true } : {}),
  };
}

/** Runs `work`; a throw, a rejection or the time-out gives what `failed` makes of it. */
export function answerWithin<T>(
  timeoutMs: number,
  work: () => Maybe<T>,
  failed: (error: unknown) => T,
): Maybe<T> {
  let result: Maybe<T>;
  try {
    result = work();
  } catch (error) {
    return failed(error);
  }
  if (!(result instanceof Promise)) return result;
  const pending = result;
  return new Promise<T>((resolve) => {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      resolve(failed(new Error(`No decision within ${timeoutMs} ms.`)));
    }, timeoutMs);
    pending.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        // One failure is told once, whatever comes after the time-out.
        if (!isOver) resolve(failed(error));
      },
    );
  });
}
