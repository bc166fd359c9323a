/** What a client is told: little and true, with the reference. The operator's log has the rest. */
import type { Verdict } from './verdict.ts';

const TEXTS: Readonly<Record<string, string>> = {
  'account-locked': 'This account is locked. Ask your postmaster to unlock it.',
  'sender-ownership': 'This account may not send with this sender address. Use your own address.',
  'foreign-sender': 'This sender address belongs to another provider. Use an address of ours.',
  'client-network': 'This account may not be used from this network.',
  'relay-without-auth': 'Log in to send mail (SMTP AUTH).',
  'source-shut-out': 'Too many failed logins from this network. Try again later.',
  'account-under-attack': 'Too many failed logins for this account. Try again later.',
  cleartext: 'Switch on TLS (SSL) in your mail program.',
  virus: 'The message carries a virus ({detail}). Check your computer.',
  'virus-unknown': 'The message cannot be checked for viruses now. Try again later.',
  'virus-too-large':
    'The message is too large to be checked for viruses. Send less at once, or share the file in another way.',
  'forwarded-spam': 'The message is spam and is not sent on. Keep it in the mailbox.',
  campaign: 'The message waits for a check: the same text came from several accounts.',
  attachment: 'The message has an attachment that is not let out: {detail}.',
  'listed-host': 'A link in the message leads to a listed host ({detail}).',
  'not-whole':
    'The message cannot be checked whole: {detail}. Send it smaller or in a simpler form.',
  'not-read-now': 'The message cannot be checked now. Try again later.',
  'own-password': 'The message shows your own password. Never send it to anybody.',
  conformance: 'The message does not follow RFC 5322: {detail}.',
  suppressed: 'This recipient does not take mail from you. Check the address.',
  'stop-line': 'Sending is paused: too many of your recipients did not exist or complained.',
  canary: 'The message waits until it is known whether your new recipients exist.',
  'no-reverse-name': 'The address of your server has no reverse name in DNS.',
  'forward-mismatch': 'The reverse name of your server does not lead back to its address.',
  'home-connection':
    'Home connections cannot bring mail here. Send through the mail server of your provider.',
  'impossible-helo': 'The name your server says in HELO cannot be its name.',
  'connection-limit': 'Too many connections from this address. Try again later.',
  'too-many-recipients':
    'The message has too many recipients. Send it in parts, to at most {detail} each.',
  limit: 'Sending is limited for this account. Try again later.',
};

/** Signals that a client is told of in words of their own. */
export const TOLD_SIGNALS: readonly string[] = Object.keys(TEXTS);

const FALLBACK: Readonly<Record<Verdict['verdict'], string>> = {
  pass: 'Accepted.',
  defer: 'Sending is slowed for this account. Try again later.',
  hold: 'The message waits for a check.',
  reject: 'This cannot be accepted. Ask your postmaster.',
};

/**
 * One or two plain sentences and `Reference XXXXXXXX`.
 * @param contact mail address where a person who was stopped can turn to; empty when none is set
 */
export function clientText(verdict: Verdict, contact = ''): string {
  const first = verdict.reasons[0];
  const known = TEXTS[nameOf(verdict)] ?? FALLBACK[verdict.verdict];
  const text = known.replace('{detail}', () => printable(first?.detail ?? 'no name'));
  const reference = `Reference ${verdict.reference}`;
  if (contact === '') return `${text} ${reference}`;
  const named = text.replace('your postmaster', contact);
  return named === text ? `${text} Help: ${contact}. ${reference}` : `${named} ${reference}`;
}

/** What is held by a limit need not be tried again, and what no limit ever lets through is no use. */
function nameOf({ verdict, reasons: [first] }: Verdict): string {
  if (first?.signal !== 'limit') return first?.signal ?? '';
  if (verdict === 'hold') return '';
  return first.detail !== undefined ? 'too-many-recipients' : first.signal;
}

/** Room for a name in one reply line (RFC 5321 section 4.5.3.1.5: 512 bytes). */
const MAX_DETAIL = 120;

/** A name from outside as it may stand in a reply: printable ASCII only (RFC 5321 section 4.2). */
function printable(name: string): string {
  return name.slice(0, MAX_DETAIL).replaceAll(/[^\x20-\x7e]/g, '?');
}
