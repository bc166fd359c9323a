/** A decision in one sentence each for the owner, who was there, and for a reviewer, who was not. */
import { isFromOutside, toOutsideOperator } from './outside-words.ts';
import type { Hypothesis, Reason, Verdict } from './verdict.ts';

const DONE = {
  pass: 'was sent',
  defer: 'waits a few minutes',
  hold: 'is held until somebody has looked at it',
  reject: 'was refused',
} as const;

const LOOKS_LIKE: Readonly<Record<Hypothesis, string>> = {
  spam: 'spam sent with a stolen password',
  lateral: 'phishing of colleagues from one of their accounts',
  thread: "a thief answering in the owner's conversations",
  bec: 'a forged request for money or data',
};

/** What an owner can recognise or deny, by the signal that says it. */
const TO_OWNER: Readonly<Record<string, string>> = {
  'new-context': 'it came from a place this account is not known at',
  making: 'it was made with a program, or in a way, this account does not use',
  'only-sends': 'mail is only sent from there and never read',
  'new-recipients': 'it goes to people this account has never been in touch with',
  'many-recipients': 'it goes to unusually many people at once',
  'own-copies': 'nearly the same message went to other people in the last days',
  'same-size': 'messages of one length went to one stranger after the other',
  'new-url-host': 'it has a link nobody here has used before',
  'near-duplicate': 'other accounts send the same text',
  'shared-place': 'other accounts came to the same place and write to strangers from there',
  'answers-in-a-row': 'one conversation after the other was answered from there',
  'no-answers': 'nobody it wrote to from there has answered',
  'reply-to': 'answers would go to another mailbox',
  wording: 'it asks for passwords or money',
  'dangerous-attachment': 'it has an attachment of a dangerous kind',
  'listed-host': 'it has a link that is known for spam',
  'virus-too-large': 'it is too large to be checked for viruses',
  'not-whole': 'it could not be looked at whole',
  'external-spam': 'a filter takes it for spam',
};
/** More than three reasons nobody reads. */
const TOLD = 3;

export interface PlainWords {
  /** Of mail from outside: for the operator of the server that brought it. */
  readonly owner: string;
  readonly reviewer: string;
}

export function plainWords(verdict: Verdict): PlainWords {
  const owner = isFromOutside(verdict) ? toOutsideOperator(verdict) : toOwner(verdict);
  return { owner, reviewer: toReviewer(verdict) };
}

function toOwner({ verdict, reasons, enforced, rung }: Verdict): string {
  const done = enforced || verdict === 'pass' ? DONE[verdict] : `would have been stopped`;
  if (verdict === 'pass') return `This message ${done}.`;
  const why = reasons.flatMap((reason) => toldOwner(reason) ?? []).slice(0, TOLD);
  const because = why.length === 0 ? (reasons[0]?.text ?? '') : `${capital(list(why))}.`;
  const next =
    rung === 'lock'
      ? 'The account is locked: change its password, then it opens again.'
      : 'If it was you, say so; your other devices keep sending. If not, change the password now.';
  return `This message ${done}. ${because} ${next}`;
}

function toldOwner({ signal, text }: Reason): string | undefined {
  if (signal !== 'outcomes') return TO_OWNER[signal];
  const isComplained = text.includes('complained');
  const isBack = text.includes('did not exist') || text.includes('could not be reached');
  if (!isComplained) return 'earlier messages came back';
  return isBack
    ? 'earlier messages came back, and people complained of them'
    : 'people complained of earlier messages';
}

function toReviewer({ verdict, reasons, score, hypothesis, sums }: Verdict): string {
  const rule = reasons.find(({ weight, signal }) => weight === 0 && signal !== 'outcomes');
  const weighed = reasons.filter(({ weight }) => weight > 0).slice(0, TOLD);
  const what = { pass: 'Passed', defer: 'Deferred', hold: 'Held', reject: 'Refused' }[verdict];
  const parts: string[] = [];
  if (rule !== undefined) parts.push(bare(rule));
  parts.push(...weighed.map((reason) => `${bare(reason)} (+${reason.weight.toFixed(1)})`));
  if ((sums?.outcomes ?? 0) > 0)
    parts.push(`what came back says +${(sums?.outcomes ?? 0).toFixed(1)}`);
  const looks =
    hypothesis === undefined
      ? ''
      : ` It looks most like ${LOOKS_LIKE[hypothesis]} (score ${score.toFixed(1)}).`;
  if (parts.length === 0) return `${what}: nothing spoke against it.`;
  return `${what}: ${parts.join('; ')}.${looks}`;
}

function bare({ text }: Reason): string {
  return text.replace(/\.$/, '');
}

function list(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')}, and ${last}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
