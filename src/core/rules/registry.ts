/** The operator's rules, in the order their sentences are shown when equally severe. */
import * as accountLocked from './account-locked.ts';
import { cleartext } from './cleartext.ts';
import { clientNetwork } from './client-network.ts';
import { distinctCountries, distinctPlaces } from './distinct-use.ts';
import type { Finding, LoginSubject, SubmissionSubject } from './finding.ts';
import { accountUnderAttack, sourceShutOut } from './guessing.ts';
import { relayWithoutAuth } from './relay-without-auth.ts';
import { foreignSender, senderOwnership } from './senders.ts';

export type SubmissionLook = (subject: SubmissionSubject) => Finding | undefined;
export type LoginLook = (subject: LoginSubject) => Finding | undefined;

/** Limits come after these (core/decide-submission.ts): they depend on the rung. */
export const SUBMISSION_RULES: readonly SubmissionLook[] = [
  accountLocked.lookAtSubmission,
  relayWithoutAuth,
  foreignSender,
  senderOwnership,
  clientNetwork,
  distinctPlaces,
  distinctCountries,
  cleartext,
];

/** Asked before and after authentication. */
export const ATTEMPT_RULES: readonly LoginLook[] = [
  accountLocked.lookAtLogin,
  sourceShutOut,
  accountUnderAttack,
  clientNetwork,
  cleartext,
];

/** Asked of a successful login only: an attempt proves nothing about the account. */
export const LOGIN_RULES: readonly LoginLook[] = [distinctPlaces, distinctCountries];
