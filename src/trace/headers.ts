/**
 * The headers of a message that leaves: who sent it, told only to us (CON-5), and where to complain
 * (OWN-13). Nothing in them names an account to anybody else.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { SubmissionEvent } from '../core/event.ts';
import type { Verdict } from '../core/verdict.ts';
import { toBase32 } from '../keys/base32.ts';
import type { TraceHeader } from './contract.ts';
import { foldToken, foldWords } from './fold.ts';

export const TRACE_HEADER = 'X-Primum-Trace';
export const SUBMITTER_HEADER = 'X-Primum-Submitter';
export const ABUSE_HEADER = 'X-Report-Abuse';

export interface HeaderSettings {
  /** Name of the header with the token. Default `X-Primum-Trace`. */
  readonly header?: string;
  /** How the address that submitted the message is shown to everybody. */
  readonly submitter: 'off' | 'keyed' | 'plain';
  readonly abuseAddress?: string;
  /** A web page with a form for complaints. */
  readonly abuseUrl?: string;
  /** The sender of `Feedback-ID`, 5 to 15 characters; without it there is no such header. */
  readonly feedbackSender?: string;
  /** RFC 9477: where mailbox providers send complaints. */
  readonly cfbl?: { readonly address: string; readonly report: 'arf' | 'xarf' };
}

/** Names of the headers that these settings add, in their order. */
export function headerNames(settings: HeaderSettings): readonly string[] {
  const hasAbuse = settings.abuseAddress !== undefined || settings.abuseUrl !== undefined;
  return [
    settings.header ?? TRACE_HEADER,
    ...(settings.submitter === 'off' ? [] : [SUBMITTER_HEADER]),
    ...(hasAbuse ? [ABUSE_HEADER] : []),
    ...(settings.feedbackSender === undefined ? [] : ['Feedback-ID']),
    ...(settings.cfbl === undefined ? [] : ['CFBL-Address', 'CFBL-Feedback-ID']),
  ];
}

/** Every name that begins so is ours, the ones of later versions too. */
const OWN_PREFIX = 'x-primum-';

/**
 * Whether a header from outside is removed. Those that only we write always are; those that others
 * may use (RFC 9477, Feedback-ID) only where we add our own, for there must be one of each.
 */
export function createOwnershipCheck(settings: HeaderSettings): (name: string) => boolean {
  const own = new Set(
    [TRACE_HEADER, SUBMITTER_HEADER, ...headerNames(settings)].map((name) => name.toLowerCase()),
  );
  return (name) => {
    const key = name.trim().toLowerCase();
    return key.startsWith(OWN_PREFIX) || own.has(key);
  };
}

const PSEUDONYM_BYTES = 10;
/** Pseudonyms kept; a platform has so many active accounts and addresses at a time. */
const MAX_PSEUDONYMS = 20_000;

export type Pseudonyms = (kind: 'account' | 'address', text: string) => string;

/** Sixteen characters that are equal for equal text and say nothing about it. */
export function createPseudonyms(stable: Buffer): Pseudonyms {
  const keys: Readonly<Record<'account' | 'address', KeyObject>> = {
    account: derive(stable, 'account'),
    address: derive(stable, 'address'),
  };
  const known = new Map<string, string>();
  return (kind, text) => {
    const name = `${kind} ${text}`;
    const old = known.get(name);
    if (old !== undefined) return old;
    const digest = createHmac('sha256', keys[kind]).update(text).digest();
    const made = toBase32(digest.subarray(0, PSEUDONYM_BYTES));
    if (known.size >= MAX_PSEUDONYMS) known.clear();
    known.set(name, made);
    return made;
  };
}

function derive(stable: Buffer, use: string): KeyObject {
  return createSecretKey(createHmac('sha256', stable).update(`primum pseudonym ${use}`).digest());
}

export function makeHeaders(
  settings: HeaderSettings,
  pseudonyms: Pseudonyms,
  message: { readonly event: SubmissionEvent; readonly verdict: Verdict; readonly token: string },
): readonly TraceHeader[] {
  const { event, verdict, token } = message;
  const trace = settings.header ?? TRACE_HEADER;
  const headers: TraceHeader[] = [{ name: trace, value: foldToken(trace, token) }];
  if (settings.submitter !== 'off') {
    const { clientAddress } = event;
    const isPlain = settings.submitter === 'plain' || clientAddress === '';
    const shown = isPlain ? clientAddress : `k-${pseudonyms('address', clientAddress)}`;
    headers.push({ name: SUBMITTER_HEADER, value: shown === '' ? 'unknown' : shown });
  }
  const abuse = abuseText(settings);
  if (abuse !== '') headers.push({ name: ABUSE_HEADER, value: foldWords(ABUSE_HEADER, abuse) });
  if (settings.feedbackSender !== undefined) {
    // Gmail counts complaints for each field by itself, so no two fields may share a value.
    const account = pseudonyms('account', verdict.account);
    const value = `${account}:${streamOf(event)}:${settings.feedbackSender}`;
    headers.push({ name: 'Feedback-ID', value });
  }
  if (settings.cfbl !== undefined) {
    const { address, report } = settings.cfbl;
    const text = `${address}; report=${report}`;
    headers.push({ name: 'CFBL-Address', value: foldWords('CFBL-Address', text) });
    // RFC 9477 section 5.2: white space in it is ignored, so it may be folded anywhere.
    headers.push({ name: 'CFBL-Feedback-ID', value: foldToken('CFBL-Feedback-ID', token) });
  }
  return headers;
}

function abuseText({ abuseAddress, abuseUrl }: HeaderSettings): string {
  const places = [abuseAddress, abuseUrl].filter((place) => place !== undefined);
  if (places.length === 0) return '';
  return `Please report abuse of our service, with all headers, to ${places.join(' or ')}`;
}

/** What kind of mail complaints are counted for. */
function streamOf({ message }: SubmissionEvent): string {
  if (message?.listId !== undefined) return 'list';
  return message?.listUnsubscribe === undefined ? 'mail' : 'bulk';
}
