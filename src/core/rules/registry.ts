/** The operator's rules, in the order their sentences are shown when equally severe. */
import * as accountLocked from './account-locked.ts';
import { alertStorm } from './alert-storm.ts';
import { attachments } from './attachments.ts';
import { campaign } from './campaign.ts';
import { canary } from './canary.ts';
import { cleartext } from './cleartext.ts';
import { clientNetwork } from './client-network.ts';
import { conformance } from './conformance.ts';
import type { ContentLook } from './content.ts';
import { connectionLimit } from './connection-limit.ts';
import { distinctCountries, distinctPlaces } from './distinct-use.ts';
import { forwardedSpam } from './forwarded-spam.ts';
import type { Finding, LoginSubject, SubmissionSubject } from './finding.ts';
import { accountUnderAttack, sourceShutOut } from './guessing.ts';
import { listedHosts } from './listed-hosts.ts';
import { newCustomer } from './new-customer.ts';
import { notWhole } from './not-whole.ts';
import { ownPassword } from './own-password.ts';
import { relayWithoutAuth } from './relay-without-auth.ts';
import { foreignSender, senderOwnership } from './senders.ts';
import { stopLines } from './stop-lines.ts';
import { suppressed } from './suppressed.ts';
import { virus } from './virus.ts';

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
  suppressed,
  stopLines,
  newCustomer,
  canary,
  alertStorm,
];

/** Asked where a message was seen. */
export const CONTENT_RULES: readonly ContentLook[] = [
  virus,
  forwardedSpam,
  campaign,
  ownPassword,
  attachments,
  listedHosts,
  notWhole,
  conformance,
];

/** Asked before and after authentication. */
export const ATTEMPT_RULES: readonly LoginLook[] = [
  accountLocked.lookAtLogin,
  sourceShutOut,
  accountUnderAttack,
  connectionLimit,
  clientNetwork,
  cleartext,
];

/** Asked of a successful login only: an attempt proves nothing about the account. */
export const LOGIN_RULES: readonly LoginLook[] = [distinctPlaces, distinctCountries];
