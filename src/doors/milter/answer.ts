/** How a verdict is said to the MTA (the table in docs/protocols/milter.md). */
import { clientText } from '../../core/client-text.ts';
import type { Verdict, VerdictKind } from '../../core/verdict.ts';
import type { SmtpAnswer } from '../../protocol/milter-replies.ts';

/** Deliver, put into the hold queue, or refuse with these words. */
export type Answer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'hold'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reply: SmtpAnswer };

export const PASS: Answer = { kind: 'pass' };

/** RFC 3463: 4.3.0, other mail system status. */
export const FAILURE: SmtpAnswer = {
  code: 451,
  status: '4.3.0',
  text: 'The check of this message failed. Try again later.',
};

export interface Saying {
  readonly contact: string;
  /** A person's `defer` is a hold that lets itself go, where the MTA has a hold queue. */
  readonly holdsDeferred: boolean;
  /** Whether the MTA lets us put a message on hold; else it is told to come again. */
  readonly canHold: boolean;
}

/** The answer for a whole message. */
export function messageAnswer(verdict: Verdict, saying: Saying): Answer {
  if (!verdict.enforced) return PASS;
  switch (verdict.verdict) {
    case 'pass':
      return PASS;
    case 'reject':
      return refusal(verdict, saying.contact);
    case 'hold':
      if (!saying.canHold) return refusal({ ...verdict, verdict: 'defer' }, saying.contact);
      return { kind: 'hold', reason: clientText(verdict, saying.contact) };
    case 'defer':
      if (!saying.holdsDeferred || !saying.canHold) return refusal(verdict, saying.contact);
      return { kind: 'hold', reason: clientText(verdict, saying.contact) };
  }
}

/** The answer at MAIL and RCPT. A hold is for the whole message and waits for its end. */
export function envelopeAnswer(verdict: Verdict, recipient: string, saying: Saying): Answer {
  if (!verdict.enforced) return PASS;
  const kind: VerdictKind = verdict.perRecipient?.[recipient] ?? verdict.verdict;
  if (kind === 'pass' || kind === 'hold') return PASS;
  if (kind === 'defer' && saying.holdsDeferred && saying.canHold) return PASS;
  return refusal(
    kind === verdict.verdict ? verdict : { ...verdict, verdict: kind },
    saying.contact,
  );
}

/** RFC 3463: x.7.1, delivery not authorized. */
function refusal(verdict: Verdict, contact: string): Answer {
  const isFinal = verdict.verdict === 'reject';
  const reply: SmtpAnswer = {
    code: isFinal ? 550 : 450,
    status: isFinal ? '5.7.1' : '4.7.1',
    text: clientText(verdict, contact),
  };
  return { kind: 'refuse', reply };
}
