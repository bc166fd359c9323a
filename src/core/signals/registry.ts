/** Every signal, one line each. */
import type { Evidence } from '../evidence.ts';
import type { Looked } from '../rules/content.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { answersInARow } from './answers-in-a-row.ts';
import { asksNothing } from './asks-nothing.ts';
import { busyDay } from './busy-day.ts';
import { bulkTool } from './bulk-tool.ts';
import { dangerousAttachment } from './dangerous-attachment.ts';
import { externalSpam } from './external-spam.ts';
import { foreignSenderEvidence } from './foreign-sender.ts';
import { listedHost } from './listed-host.ts';
import { malformed } from './malformed.ts';
import { nearDuplicate } from './near-duplicate.ts';
import { manyRecipients } from './many-recipients.ts';
import { withCohort, type Measure } from './measure.ts';
import { newRecipients } from './new-recipients.ts';
import { newUrlHost } from './new-url-host.ts';
import { notAnAnswer } from './not-an-answer.ts';
import { ownCopies } from './own-copies.ts';
import { payment } from './payment.ts';
import { sameSize } from './same-size.ts';
import { unusualHour } from './hour.ts';
import { outcomes } from './outcomes.ts';
import { freemailReplyTo } from './reply-to.ts';
import { suppressedRecipient } from './suppressed-recipient.ts';
import { wording } from './wording.ts';

export type Signal = (subject: SubmissionSubject) => Evidence | undefined;
export type ContentSignal = (looked: Looked) => Evidence | undefined;

/** Weighed by how usual they are for the identity. */
export const MEASURES: readonly Measure[] = (
  [newRecipients, manyRecipients, notAnAnswer, ownCopies, sameSize, newUrlHost, payment] as const
).map(withCohort);

export const SIGNALS: readonly Signal[] = [
  unusualHour,
  busyDay,
  answersInARow,
  foreignSenderEvidence,
  outcomes,
  suppressedRecipient,
];

/** Asked where a message was seen. */
export const CONTENT_SIGNALS: readonly ContentSignal[] = [
  nearDuplicate,
  freemailReplyTo,
  listedHost,
  dangerousAttachment,
  externalSpam,
  wording,
  asksNothing,
  malformed,
  bulkTool,
];
