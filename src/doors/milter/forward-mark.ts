/**
 * Whose forward a message is, by the header that a redirect leaves (FWD-1): Sieve writes
 * X-Sieve-Redirected-From (Pigeonhole), a mail program that resends Resent-From (RFC 5322 section
 * 3.6.6), a delivery that passes mail on Delivered-To. Anybody may write such a header, so it counts
 * only from the hosts that redirect, and never where somebody has logged in.
 */
import { LOCAL_SERVICE } from '../../core/event.ts';
import type { HeaderData } from '../../protocol/milter.ts';
import type { Answer } from './answer.ts';
import { serviceOf } from './client.ts';
import type { ForwardSender, MilterDoorSettings } from './options.ts';
import type { Transaction } from './transaction.ts';

/** The most certain first. */
const MARKS = ['x-sieve-redirected-from', 'resent-from', 'delivered-to'];

/** RFC 5321 section 4.5.3.1.3, and room for a name. */
const MAX_MARK = 512;

/** Remembers the first field of each kind: who redirects writes his above what is there. */
export function noteMark(transaction: Transaction, { name, value }: HeaderData): void {
  const mark = name.toLowerCase();
  if (!MARKS.includes(mark) || transaction.marks.has(mark)) return;
  transaction.marks.set(mark, value.slice(0, MAX_MARK));
}

/** A message that is on its way to where an account forwards its mail. */
export interface Forward extends ForwardSender {
  readonly account: string;
  /** The first recipient to whom nothing is to be sent on. */
  readonly offTo?: string;
}

/** Whether a host that redirects sends it: without a login it is judged when its header is there. */
export function mayBeForward(
  { client }: Pick<Transaction, 'client'>,
  { forwards }: Pick<MilterDoorSettings, 'forwards'>,
): boolean {
  return client.saslLogin === '' && forwards?.isRedirector(client.address) === true;
}

/** Whose forward it is and how it goes on; undefined where it is none. */
export function forwardOf(
  transaction: Transaction,
  { forwards }: Pick<MilterDoorSettings, 'forwards'>,
): Forward | undefined {
  const { envelopeSender, marks, recipients } = transaction;
  if (forwards === undefined || marks.size === 0) return undefined;
  if (!mayBeForward(transaction, { forwards })) return undefined;
  for (const mark of MARKS) {
    const account = addressIn(marks.get(mark) ?? '');
    const left = account === '' ? undefined : forwards.senderOf(account, envelopeSender);
    if (left === undefined) continue;
    const offTo = recipients.find((to) => forwards.isOff?.(account, to) === true);
    return { account, ...left, ...(offTo !== undefined && { offTo }) };
  }
  return undefined;
}

/**
 * What is answered for a forward that is refused. Sieve keeps a message in the mailbox when its
 * redirect is refused for good. A program that used the sendmail command is gone by then, and Postfix
 * would send a bounce to the remote sender: such a message waits in the hold queue.
 */
export function forwardAnswer(
  answer: Answer,
  { client }: Pick<Transaction, 'client'>,
  canHold: boolean,
): Answer {
  if (answer.kind !== 'refuse' || serviceOf(client) !== LOCAL_SERVICE || !canHold) return answer;
  return { kind: 'hold', reason: answer.reply.text };
}

/** To whom nothing is sent on (FWD-2). RFC 3463: 5.7.1, delivery not authorized. */
export const FORWARD_OFF: Answer = {
  kind: 'refuse',
  reply: {
    code: 550,
    status: '5.7.1',
    text: 'This forward is off. Keep the message in the mailbox.',
  },
};

/** `ann@example.org` of `Ann <ann@example.org>` too; empty when there is none. */
function addressIn(value: string): string {
  const text = value.trim();
  const address = /<([^<>\s]+@[^<>\s]+)>$/.exec(text)?.[1] ?? text;
  return /^[^\s<>,;"]+@[^\s<>,;"]+$/.test(address) ? address.toLowerCase() : '';
}
