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

/** What to do where he is refused for there being no such address. */
export const POSTMASTER_ADVICE =
  'RFC 5321 section 4.5.1: let postmaster have a mailbox that is read.';

/** It would say so to every MAIL in the clear. */
export const demandsTls = ({ code, text }: SmtpReply): boolean =>
  code >= 500 && /\bSTARTTLS\b/i.test(text);

/** What to do about a host that refuses the probe. */
export const probeAdvice = (reply: SmtpReply): string =>
  demandsTls(reply) ? TLS_ADVICE : PROBE_ADVICE;

/** In the words of Postfix, of others, and of Primum (RFC 7372: X.7.25 is the reverse name). */
const ABOUT_CLIENT = new RegExp(
  [
    /\b(?:helo|ehlo) command rejected|\bclient host rejected|\bblocked using\b/,
    /\bcannot find your (?:host|reverse)|\breverse (?:dns|name|address|lookup)\b|\bptr\b/,
    /^\d{3} \d\.7\.25\b|\breference [0-9a-z]{8}$/,
    /\b(?:block|black|deny)[ -]?list|\bdns[bw]l\b|\brbl\b|\bspamhaus\b|\breputation\b/,
    /\byour (?:ip|address|host|server|client|network|connection)\b|\bhome connection\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);
/** RFC 3463 section 3.2: X.1 is about the address; X.4.1 is what Exchange Online says of it. */
const ABOUT_USER = new RegExp(
  [
    /^\d{3} 5\.(?:1\.(?:[0-6]|10)|4\.1)\b|\buser unknown|\bunknown (?:user|recipient|address|local)/,
    /\bno such\b|\bnot exist|\bmailbox\b|\bno one\b|\bnobody\b|\bnot (?:found|known|here)\b/,
    /\binvalid (?:recipient|address|user)|\brecipient (?:unknown|invalid)|\bvalidrcptto\b/,
    /\bunroute?able\b|\bundeliverable address\b|\brelay|\brcpthosts\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/** By its words alone. */
export function isAboutClient(reply: SmtpReply): boolean {
  return reply.code >= 400 && ABOUT_CLIENT.test(reply.text);
}

/** Refused since there is no such address, in words or by its code. */
export function isAboutUser(reply: SmtpReply): boolean {
  return reply.code >= 500 && !isAboutClient(reply) && ABOUT_USER.test(reply.text);
}

/**
 * Senders for where the null sender is refused, which Postfix says only after RCPT as shipped
 * (smtpd_delay_reject). None is a stranger's: our own, nobody's (RFC 2606), nobody's address (RFC 5737).
 */
export const otherSenders = (domain: string): readonly string[] => [
  ...[`postmaster@${domain}`, 'primum-audit@example.org', 'primum-audit@[192.0.2.1]'],
];

/**
 * POSTSCREEN_README: whom postscreen has not let through it talks to itself, offers no PIPELINING, and
 * takes no recipient, in these words.
 */
const OF_POSTSCREEN =
  /^\d{3} (?:4\.3\.2 Service currently unavailable|5\.7\.1 Service unavailable; client \[|5\.5\.1 Protocol error)/;

/** The client was not handed to the mail server behind. */
export const isOfPostscreen = ({ text }: SmtpReply): boolean => OF_POSTSCREEN.test(text);

/** @param other What the same host said to something else that it should answer differently. */
export function refusesProbe(reply: SmtpReply, other: SmtpReply | undefined): boolean {
  if (reply.code < 500) return false;
  if (isAboutClient(reply) || demandsTls(reply)) return true;
  return other !== undefined && !ABOUT_USER.test(reply.text) && isSame(reply, other);
}

/** But for the addresses that each names. */
export function isSame(one: SmtpReply, other: SmtpReply): boolean {
  const plain = ({ text }: SmtpReply): string =>
    text.replaceAll(/<[^>]*>|\S+@\S+/g, '').toLowerCase();
  return one.code === other.code && plain(one) === plain(other);
}

/** A local part of `madeUp` wherever a host repeats it, also where its words are cut off. */
export const MADE_UP = /\bprimum-[0-9a-f]{1,16}\b/gi;

/** A local part that nobody has. */
export const madeUp = (): string => `primum-${randomBytes(8).toString('hex')}`;
