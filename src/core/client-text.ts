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
  limit: 'Sending is limited for this account. Try again later.',
};

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
  const text = (first && TEXTS[first.signal]) ?? FALLBACK[verdict.verdict];
  const reference = `Reference ${verdict.reference}`;
  if (contact === '') return `${text} ${reference}`;
  const named = text.replace('your postmaster', contact);
  return named === text ? `${text} Help: ${contact}. ${reference}` : `${named} ${reference}`;
}
