/** Every signal, one line each. */
import type { Evidence } from '../evidence.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { foreignSenderEvidence } from './foreign-sender.ts';
import { newContext } from './new-context.ts';

export type Signal = (subject: SubmissionSubject) => Evidence | undefined;

export const SIGNALS: readonly Signal[] = [newContext, foreignSenderEvidence];
