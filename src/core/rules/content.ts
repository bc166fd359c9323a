/**
 * The operator's rules on what is in a message. Looked at only where a message is seen: at the end
 * of it, never at a recipient.
 */
import type { ContentKnown } from '../message/content.ts';
import type { ContentRules, SenderAction } from '../policy.ts';
import type { Finding, FindingAction, SubmissionSubject } from './finding.ts';

export interface Looked {
  readonly subject: SubmissionSubject;
  readonly content: ContentKnown;
  readonly rules: ContentRules;
}

export type ContentLook = (looked: Looked) => Finding | undefined;

/** A list of names for a sentence, the first few of many. */
export function namesOf(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** The action of a rule that is not switched off. */
export function isOn(action: SenderAction): action is Exclude<SenderAction, 'off'> & FindingAction {
  return action !== 'off';
}
