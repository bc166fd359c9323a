/**
 * ACC-2 and ACC-3: after AUTH only the account's own sender addresses, and a return-path only in
 * domains the platform receives for. Envelope sender and header From are both looked at: every address
 * of every From field, and Sender, for which of them a receiver shows is not ours to say.
 */
import type { AccountClass } from '../event.ts';
import { domainOf, ownsAddress } from '../identity.ts';
import type { SenderAction } from '../policy.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

/** Classes whose mail is written by others. */
const CARRIES_OTHERS: readonly AccountClass[] = ['list', 'forward'];

export type SenderKind = 'own' | 'other' | 'foreign' | 'unknown';

export function isAuthenticated(subject: SubmissionSubject): boolean {
  return subject.event.account !== undefined && subject.event.account !== '';
}

/** Whether every address the message names as its sender must be the account's own. */
export function isJudgedBySender(subject: SubmissionSubject): boolean {
  return isAuthenticated(subject) && !CARRIES_OTHERS.includes(subject.facts.class);
}

/** Whose address it is, as far as is known. The null sender is everybody's (RFC 5321 4.5.5). */
export function senderKind(subject: SubmissionSubject, address: string): SenderKind {
  const { facts, world } = subject;
  if (address === '' || ownsAddress(facts, address)) return 'own';
  const domain = domainOf(address);
  if (domain === facts.tenant || world.isOwnDomain(domain)) return 'other';
  // A login that is no address, on a platform whose domains nobody named: nothing to compare with.
  if (facts.tenant === '' && world.policy.domains.length === 0 && facts.source === 'default') {
    return 'unknown';
  }
  return 'foreign';
}

interface Sender {
  readonly address: string;
  /** As a sentence names it. */
  readonly where: 'sender address' | 'From address' | 'From or Sender address';
}

/** The sender of that kind: the envelope's, else the header's where a message was seen. */
export function senderOfKind(subject: SubmissionSubject, wanted: SenderKind): Sender | undefined {
  const { envelopeSender, message } = subject.event;
  if (senderKind(subject, envelopeSender) === wanted) {
    return { address: envelopeSender, where: 'sender address' };
  }
  // Whoever writes to a list or is forwarded stays the author (RFC 5322 3.6.2).
  if (CARRIES_OTHERS.includes(subject.facts.class)) return undefined;
  const from = message?.headerFrom;
  if (from !== undefined && senderKind(subject, from) === wanted) {
    return { address: from, where: 'From address' };
  }
  const more = message?.headerFromMore?.find((address) => senderKind(subject, address) === wanted);
  return more === undefined ? undefined : { address: more, where: 'From or Sender address' };
}

export function senderOwnership(subject: SubmissionSubject): Finding | undefined {
  if (!isAuthenticated(subject) || subject.rules.otherSender === 'off') return undefined;
  const sender = senderOfKind(subject, 'other');
  if (sender === undefined) return undefined;
  const { where } = sender;
  const domain = domainOf(sender.address);
  // Without a directory an unlisted address may be the account's alias: learned and proposed.
  const known = subject.facts.source === 'directory';
  return {
    rule: 'sender-ownership',
    practice: 'ACC-2',
    action: known ? subject.rules.otherSender : 'observe',
    text: known
      ? `The ${where} is in ${domain}, but it is not one of the account's.`
      : `The ${where} in ${domain} is not the login's own; no directory says whose it is.`,
  };
}

export function foreignSender(subject: SubmissionSubject): Finding | undefined {
  const action: SenderAction = subject.rules.foreignSender;
  if (!isAuthenticated(subject) || action === 'off') return undefined;
  const sender = senderOfKind(subject, 'foreign');
  if (sender === undefined) return undefined;
  const domain = domainOf(sender.address);
  const what = subject.world.isFreemail(domain) ? 'a freemail provider' : 'a foreign domain';
  return {
    rule: 'foreign-sender',
    practice: 'ACC-3',
    action,
    text: `The ${sender.where} is in ${domain}, ${what}: we do not receive mail for it.`,
    cause: 'foreign-sender',
    figures: [{ name: 'Sender domain', observed: domain, usual: subject.facts.tenant }],
  };
}
