/** What a judged event teaches: the records after it. Alters the records it is given. */
import { recipientCount } from './event.ts';
import { isOldPassword, isRepeated, type LoginDecision } from './decide-login.ts';
import type { SubmissionDecision } from './decide-submission.ts';
import { localTime } from './local-time.ts';
import { addressKey } from './profile/address-key.ts';
import { addTo, type Window } from './profile/counters.ts';
import type { LoginSubject, SubmissionSubject } from './rules/finding.ts';
import { counterKeys } from './rules/limits.ts';
import { isAuthenticated } from './rules/senders.ts';

/** Counter records after the submission, by key. Empty when it was not accepted. */
export function foldSubmission(
  subject: SubmissionSubject,
  decision: SubmissionDecision,
): ReadonlyMap<string, Uint8Array> {
  const { nowMs, profile, account, network, world, facts, context, event } = subject;
  profile.ladder = decision.ladder;
  account.ladder = decision.accountLadder;
  profile.learnContext(context.key, { nowMs, accepted: decision.accepted, sums: decision.sums });
  if (!decision.accepted) return new Map();
  const recipients = Math.max(1, recipientCount(event));
  const { hourOfWeek } = localTime(nowMs, facts.timeZone ?? world.policy.timeZone);
  profile.learnMessage({ nowMs, recipients, hourOfWeek });
  if (isAuthenticated(subject)) account.touch(addressKey(network, world.hash), nowMs, 'submission');

  const windows = new Map<string, Window[]>();
  for (const limit of subject.rules.limits) {
    for (const key of counterKeys(limit, subject)) {
      const list = windows.get(key);
      if (list) list.push(limit);
      else windows.set(key, [limit]);
    }
  }
  const counters = new Map<string, Uint8Array>();
  for (const [key, list] of windows) {
    counters.set(key, addTo(subject.counters.get(key), list, { nowMs, messages: 1, recipients }));
  }
  return counters;
}

export function foldLogin(subject: LoginSubject, decision: LoginDecision): void {
  const { nowMs, account, network, world, password, guess } = subject;
  account.ladder = decision.accountLadder;
  const key = addressKey(network, world.hash);
  if (decision.outcome === 'ok') {
    account.touch(key, nowMs, 'login');
    if (password !== undefined) account.learnPassword(password, nowMs);
    return;
  }
  if (decision.outcome !== 'wrong-password' || isOldPassword(subject)) return;
  const repeated = isRepeated(subject);
  account.touch(key, nowMs, 'failure');
  account.learnWrong(guess, world.hash.low(`network|${network.prefix}`), nowMs);
  if (repeated) return;
  subject.address.learnFailure(guess, nowMs);
  subject.networkSource.learnFailure(guess, nowMs);
  if (decision.shutOut.address !== undefined) subject.address.shutOut(decision.shutOut.address);
  if (decision.shutOut.network !== undefined)
    subject.networkSource.shutOut(decision.shutOut.network);
}
