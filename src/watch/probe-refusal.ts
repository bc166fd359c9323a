/**
 * Whether a host refused the probe and not what it was asked: by the name in EHLO, by the address or a
 * list. Such an answer says nothing of the host, so it is neither well nor wrong.
 */
import { randomBytes } from 'node:crypto';
import type { SmtpReply } from './smtp-dialogue.ts';

const PROBE_ADVICE =
  'Name this machine in watch.helo as DNS knows it, and exempt it from lists and name rules of the host.';

const TLS_ADVICE =
  'RFC 3207 section 4: a public mail server must take mail without TLS, too (Postfix: smtpd_tls_security_level = may).';

/** It would say so to every MAIL in the clear. */
export const demandsTls = ({ code, text }: SmtpReply): boolean =>
  code >= 500 && /\bSTARTTLS\b/i.test(text);

/** What to do about a host that refuses the probe. */
export const probeAdvice = (reply: SmtpReply): string =>
  demandsTls(reply) ? TLS_ADVICE : PROBE_ADVICE;

const ABOUT_CLIENT =
  /\b(?:helo|ehlo) command rejected|\bclient host rejected|\bblocked using\b|\bcannot find your (?:host|reverse)/i;
/** RFC 3463 section 3.2: X.1 is about the address. */
const ABOUT_RECIPIENT =
  /^\d{3} 5\.1\.\d|relay|user unknown|unknown user|no such|not exist|mailbox|recipient address rejected/i;

/** By its words alone. */
export function isAboutClient(reply: SmtpReply): boolean {
  return reply.code >= 400 && ABOUT_CLIENT.test(reply.text);
}

/**
 * Senders for where the null sender is refused, which Postfix says only after RCPT as shipped
 * (smtpd_delay_reject). None is a stranger's: our own, nobody's (RFC 2606), nobody's address (RFC 5737).
 */
export const otherSenders = (domain: string): readonly string[] => [
  ...[`postmaster@${domain}`, 'primum-audit@example.org', 'primum-audit@[192.0.2.1]'],
];

/** @param other What the same host said to something else that it should answer differently. */
export function refusesProbe(reply: SmtpReply, other: SmtpReply | undefined): boolean {
  if (reply.code < 500) return false;
  if (isAboutClient(reply) || demandsTls(reply)) return true;
  return other !== undefined && !ABOUT_RECIPIENT.test(reply.text) && isSame(reply, other);
}

/** But for the addresses that each names. */
export function isSame(one: SmtpReply, other: SmtpReply): boolean {
  const plain = ({ text }: SmtpReply): string =>
    text.replaceAll(/<[^>]*>|\S+@\S+/g, '').toLowerCase();
  return one.code === other.code && plain(one) === plain(other);
}

/** A local part that nobody has. */
export const madeUp = (): string => `primum-${randomBytes(8).toString('hex')}`;
