/**
 * Whose forward a message is, by the header that a redirect leaves (FWD-1): Sieve writes
 * X-Sieve-Redirected-From (Pigeonhole), a mail program that resends Resent-From (RFC 5322 section
 * 3.6.6), a delivery that passes mail on Delivered-To. Anybody may write such a header, so it counts
 * only from the hosts that redirect, and never where somebody has logged in.
 */
import type { HeaderData } from '../../protocol/milter.ts';
import type { MilterDoorSettings } from './options.ts';
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

/** The sender with which it goes on and the account that forwards; undefined where it is no forward. */
export function forwardOf(
  transaction: Transaction,
  { forwards }: Pick<MilterDoorSettings, 'forwards'>,
): { readonly account: string; readonly sender: string } | undefined {
  const { client, envelopeSender, marks } = transaction;
  if (forwards === undefined || marks.size === 0 || envelopeSender === '') return undefined;
  if (client.saslLogin !== '' || !forwards.isRedirector(client.address)) return undefined;
  for (const mark of MARKS) {
    const account = addressIn(marks.get(mark) ?? '');
    if (account === '') continue;
    const sender = forwards.senderOf(account, envelopeSender);
    if (sender !== undefined) return { account, sender };
  }
  return undefined;
}

/** `ann@example.org` of `Ann <ann@example.org>` too; empty when there is none. */
function addressIn(value: string): string {
  const text = value.trim();
  const address = /<([^<>\s]+@[^<>\s]+)>$/.exec(text)?.[1] ?? text;
  return /^[^\s<>,;"]+@[^\s<>,;"]+$/.test(address) ? address.toLowerCase() : '';
}
