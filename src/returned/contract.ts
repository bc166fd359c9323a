/**
 * What a message that came back says: bounces, complaints, abuse reports (FBK-1, FBK-2). Everything in
 * it was written by strangers; nothing is verified here.
 */
import type { ReplyClass } from '../core/reply-class.ts';

export const RETURNED_KINDS = [
  'dsn',
  'complaint',
  'xarf',
  'auto-reply',
  'report',
  'letter',
  'unknown',
] as const;

export type ReturnedKind = (typeof RETURNED_KINDS)[number];

export interface ReturnedRecipient {
  /** As it was sent to: the original recipient where it is known. Empty when nobody is named. */
  readonly recipient: string;
  /** Enhanced code; empty only for a success without one. */
  readonly status: string;
  /** Three digits, or empty. */
  readonly replyCode: string;
  readonly class: ReplyClass;
  readonly hard: boolean;
  /** RFC 3464 section 2.3.3. */
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  readonly listing?: string;
  readonly meaning?: string;
  readonly next?: string;
}

export interface Complaint {
  /** Lower case; `not-spam` takes a complaint back. */
  readonly feedbackType: string;
  readonly sourceAddress?: string;
  readonly originalRecipients: readonly string[];
  /** Of the message complained about, with angle brackets. */
  readonly messageId?: string;
  /** RFC 3339. */
  readonly arrivalDate?: string;
  /** Address of who reports. */
  readonly reporter?: string;
  /** The message complained about is itself a bounce: our user's account sent what bounced (FBK-3). */
  readonly isAboutBounce?: boolean;
}

export interface NamedAbuse {
  /** As XARF 4 names it: `messaging`, `connection`, `content` ... */
  readonly category: string;
  readonly type?: string;
  readonly clientAddress?: string;
  readonly url?: string;
  /** RFC 3339. */
  readonly at?: string;
}

export interface QueuedAs {
  /** Name of the mail server. */
  readonly mta: string;
  readonly queueId: string;
}

export interface Returned {
  readonly kind: ReturnedKind;
  readonly recipients: readonly ReturnedRecipient[];
  /** How many more a bounce names than the `recipients` that were read; absent when it is none. */
  readonly unreadRecipients?: number;
  readonly complaint?: Complaint;
  readonly reports?: readonly NamedAbuse[];
  /** Our own trace token, unverified. */
  readonly token?: string;
  /** Message-ID of the message that came back, and where it was queued on its way. */
  readonly originalMessageId?: string;
  readonly queuedAs?: readonly QueuedAs[];
  /** Addresses that its header names as sender and as recipients. */
  readonly originalSenders?: readonly string[];
  readonly originalRecipients?: readonly string[];
  /** Name of the mail server that made it, where its last Received field names nobody it came from. */
  readonly madeBy?: string;
  readonly headerFrom?: string;
  readonly subject?: string;
  /** The beginning of what it says to people; of bounces and automatic replies none. */
  readonly text?: string;
  /** Fields that were not stated but inferred, each once. */
  readonly derived: readonly string[];
  readonly sizeBytes: number;
}

export interface ReturnedOptions {
  /** Name of the header with our token. Default `X-Primum-Trace`. */
  readonly traceHeader?: string;
  /** Whether an address is of our own networks; those are named first. */
  readonly isOwn?: (address: string) => boolean;
}

/** One message, fed as it comes; memory does not depend on its size. */
export interface ReturnedReading {
  feed(chunk: Uint8Array): void;
  end(): Returned;
}

export interface ReturnedReader {
  /** @param sender Of the envelope, empty for the null sender; absent where nobody knows it. */
  begin(sender?: string): ReturnedReading;
}
