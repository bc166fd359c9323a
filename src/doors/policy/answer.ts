/** How a verdict is said to Postfix (the table in the design, column "Postfix policy"). */
import { clientText } from '../../core/client-text.ts';
import type { Verdict, VerdictKind } from '../../core/verdict.ts';
import { DUNNO, type PolicyAction } from '../../protocol/postfix-policy.ts';
import type { DeferAs } from './options.ts';

/** RFC 3463: 4.7.1 and 5.7.1, delivery not authorized. */
const DEFER_STATUS = '4.7.1';
const REJECT_STATUS = '5.7.1';

/** RFC 3463: 4.3.0, other mail system status. */
const FAILURE: PolicyAction = {
  kind: 'defer-if-permit',
  status: '4.3.0',
  text: 'The check of this message failed. Try again later.',
};

/** The answer for a whole message, given at DATA or END-OF-MESSAGE. */
export function messageAction(
  verdict: Verdict,
  { deferAs, contact = '' }: { readonly deferAs: DeferAs; readonly contact?: string | undefined },
): PolicyAction {
  if (!verdict.enforced) return DUNNO;
  switch (verdict.verdict) {
    case 'pass':
      return DUNNO;
    case 'hold':
      return { kind: 'hold', text: clientText(verdict, contact) };
    case 'reject':
      return { kind: 'reject', status: REJECT_STATUS, text: clientText(verdict, contact) };
    case 'defer':
      // What nobody could look at is not let out by a slow transport.
      return deferAs === 'tempfail' || verdict.notLookedAt === true
        ? { kind: 'defer-if-permit', status: DEFER_STATUS, text: clientText(verdict, contact) }
        : { kind: 'filter', destination: deferAs.filter };
  }
}

/**
 * The answer for one recipient at RCPT. A hold there would hold the message for everybody
 * (access(5)), so it waits for DATA.
 */
export function recipientAction(verdict: Verdict, recipient: string, contact = ''): PolicyAction {
  if (!verdict.enforced) return DUNNO;
  const kind: VerdictKind = verdict.perRecipient?.[recipient] ?? verdict.verdict;
  const said = kind === verdict.verdict ? verdict : { ...verdict, verdict: kind };
  switch (kind) {
    case 'pass':
    case 'hold':
      return DUNNO;
    case 'defer':
      return { kind: 'defer-if-permit', status: DEFER_STATUS, text: clientText(said, contact) };
    case 'reject':
      return { kind: 'reject', status: REJECT_STATUS, text: clientText(said, contact) };
  }
}

/** The answer when a request cannot be read or judged: the door's failure stance. */
export function failureAction(onFailure: 'pass' | 'defer'): PolicyAction {
  return onFailure === 'pass' ? DUNNO : FAILURE;
}
