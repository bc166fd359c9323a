/**
 * ACC-11: a locked account is locked on every door. While its lock waits for a changed password
 * (ACC-12), a login with a password never seen to work is let through to the authentication, which
 * alone decides; everything else is refused. Where the asker names no mechanism the password must
 * not have been seen to fail either.
 */
import { passwordInClear } from '../sasl.ts';
import { momentText } from './moment-text.ts';
import type { Finding, LoginSubject, SubmissionSubject } from './finding.ts';

const RULE = { rule: 'account-locked', practice: 'ACC-11', action: 'reject' } as const;

export function lookAtSubmission(subject: SubmissionSubject): Finding | undefined {
  const { lock } = subject;
  return (
    lock && { ...RULE, text: `The account is locked since ${momentText(lock.at)}: ${lock.why}` }
  );
}

export function lookAtLogin(subject: LoginSubject): Finding | undefined {
  const { lock } = subject;
  if (lock === undefined || isNewPassword(subject)) return undefined;
  return { ...RULE, text: `The account is locked since ${momentText(lock.at)}: ${lock.why}` };
}

/** Whether the password may be a changed one: its outcome decides, never the attempt. */
export function isNewPassword(subject: LoginSubject): boolean {
  const { lock, password, account, nowMs } = subject;
  if (lock?.unlockOn !== 'password' || password === undefined) return false;
  // A login from before the lock, told late, says nothing of a change after it.
  if (nowMs < Date.parse(lock.at)) return false;
  // Without a password seen before, an old one cannot be told from a new one.
  if (!account.knowsAnyPassword || account.everKnewPassword(password)) return false;
  // A wrong password that is right now was made so, as when a server learnt of the change late. But
  // without the mechanism the hash may be of no password at all, the same for right and wrong ones.
  return passwordInClear(subject.event.mechanism) === 'yes' || !account.knowsWrong(password);
}
