/** Every signal, one line each. */
import type { Evidence } from '../evidence.ts';
import type { Looked } from '../rules/content.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { bulkTool } from './bulk-tool.ts';
import { dangerousAttachment } from './dangerous-attachment.ts';
import { externalSpam } from './external-spam.ts';
import { foreignSenderEvidence } from './foreign-sender.ts';
import { listedHost } from './listed-host.ts';
import { malformed } from './malformed.ts';
import { nearDuplicate } from './near-duplicate.ts';
import { newContext } from './new-context.ts';
import { newUrlHost } from './new-url-host.ts';
import { outcomes } from './outcomes.ts';
import { freemailReplyTo } from './reply-to.ts';
import { suppressedRecipient } from './suppressed-recipient.ts';
import { wording } from './wording.ts';

export type Signal = (subject: SubmissionSubject) => Evidence | undefined;
export type ContentSignal = (looked: Looked) => Evidence | undefined;

export const SIGNALS: readonly Signal[] = [
  newContext,
  foreignSenderEvidence,
  outcomes,
  suppressedRecipient,
];

/** Asked where a message was seen. */
export const CONTENT_SIGNALS: readonly ContentSignal[] = [
  nearDuplicate,
  freemailReplyTo,
  listedHost,
  newUrlHost,
  dangerousAttachment,
  externalSpam,
  wording,
  malformed,
  bulkTool,
];
