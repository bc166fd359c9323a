/** What both mail doors say to those who bring mail from outside (INB-1 to INB-4). */
import { clientText } from '../core/client-text.ts';
import type { ConnectionEvent } from '../core/event.ts';
import type { Verdict } from '../core/verdict.ts';

/** RFC 1035 section 2.3.4; HELO has no bound of its own. */
const MAX_NAME = 255;

/** What a mail server tells of a stranger. It has asked DNS already. */
export interface Stranger {
  readonly clientAddress: string;
  readonly clientPort: number;
  /** Verified; `unknown` and nothing are no name. */
  readonly clientName: string;
  /** Not verified; `unknown` is no name, and empty that the mail server does not say. */
  readonly reverseName: string;
  readonly heloName: string;
  readonly service: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function connectionEvent(
  stranger: Stranger,
  facts: { readonly id: string; readonly at: string; readonly mta: string },
): ConnectionEvent {
  const event: Writable<ConnectionEvent> = {
    v: 1,
    kind: 'connection',
    ...facts,
    clientAddress: named(stranger.clientAddress) ?? '',
  };
  const clientName = named(stranger.clientName);
  const reverseName = named(stranger.reverseName);
  if (clientName !== undefined) event.clientName = clientName;
  if (reverseName !== undefined) event.reverseName = reverseName;
  // Postfix says `unknown` of an address without a name.
  if (clientName === undefined && stranger.reverseName === '') event.namesUntold = true;
  if (stranger.heloName !== '') event.heloName = stranger.heloName.slice(0, MAX_NAME);
  if (stranger.service !== '') event.service = stranger.service;
  if (stranger.clientPort > 0) event.clientPort = stranger.clientPort;
  return event;
}

function named(value: string): string | undefined {
  return value === '' || value === 'unknown' ? undefined : value.slice(0, MAX_NAME);
}

/**
 * Whoever was refused in error must be able to write to somebody: postmaster (RFC 5321 section 4.5.1)
 * and abuse (RFC 2142) are always reached.
 */
export function isAlwaysReached(recipient: string): boolean {
  // Quoted it is the same mailbox: Postfix tells the policy door so without the quotes, a milter with them.
  return /^<?("?)(?:postmaster|abuse)\1(?:@|>?$)/i.test(recipient);
}

/** RFC 7372 section 3.3: X.7.25, reverse DNS validation failed. */
const ABOUT_DNS = new Set(['no-reverse-name', 'forward-mismatch']);

export interface StrangerRefusal {
  readonly kind: 'reject' | 'defer';
  readonly status: string;
  readonly text: string;
}

/** `undefined` where it may go on. */
export function refusalOf(verdict: Verdict, contact: string): StrangerRefusal | undefined {
  const kind = verdict.verdict;
  if (!verdict.enforced || (kind !== 'reject' && kind !== 'defer')) return undefined;
  const detail = ABOUT_DNS.has(verdict.reasons[0]?.signal ?? '') ? '25' : '1';
  const digit = kind === 'reject' ? '5' : '4';
  return { kind, status: `${digit}.7.${detail}`, text: clientText(verdict, contact) };
}
