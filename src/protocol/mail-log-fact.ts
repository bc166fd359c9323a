/** What one line of a mail log says, as far as it matters who sent what and what became of it. */

/** Longest line that is read; syslog daemons cut at 8 KiB or less. */
export const MAX_LOG_LINE = 16 * 1024;
/** Characters kept of one address, login, name or reply. */
export const MAX_LOG_WORD = 1_000;

/** smtpd, or pickup for the sendmail command: a message got its queue id from this client. */
export interface ClientFact {
  readonly kind: 'client';
  readonly queueId: string;
  readonly clientName: string;
  /** Empty for the sendmail command. */
  readonly clientAddress: string;
  readonly mechanism?: string;
  readonly saslLogin?: string;
  /** Queue id before a content filter, as XFORWARD tells it. */
  readonly originalQueueId?: string;
  /** Of the sendmail command only, and as it was given. */
  readonly envelopeSender?: string;
}

export interface MessageIdFact {
  readonly kind: 'message-id';
  readonly queueId: string;
  readonly messageId: string;
}

/** qmgr took the message up: from here on it is accepted. */
export interface QueuedFact {
  readonly kind: 'queued';
  readonly queueId: string;
  readonly envelopeSender: string;
  readonly sizeBytes: number;
  /** Deliveries to come, aliases expanded. */
  readonly recipientCount: number;
}

/** Put on hold at the end of the message or before: accepted, and not on its way. */
export interface HeldFact {
  readonly kind: 'held';
  readonly queueId: string;
  readonly envelopeSender?: string;
  readonly envelopeRecipient?: string;
}

export interface DeliveryFact {
  readonly kind: 'delivery';
  readonly queueId: string;
  readonly recipient: string;
  /** As the client gave it, where an alias changed it. */
  readonly originalRecipient?: string;
  readonly result: 'delivered' | 'deferred' | 'bounced';
  /** Enhanced code. */
  readonly status?: string;
  readonly reply: string;
  /** `mx.example[192.0.2.1]:25`; absent when nobody was asked. */
  readonly remote?: string;
  /** It came to rest in a mailbox of this platform. */
  readonly isLocal: boolean;
}

export interface ExpiredFact {
  readonly kind: 'expired';
  readonly queueId: string;
}

export interface RemovedFact {
  readonly kind: 'removed';
  readonly queueId: string;
}

export type LogService = 'submission' | 'imap' | 'pop3' | 'sieve' | 'other';

export interface LoginFact {
  readonly kind: 'login';
  readonly account: string;
  readonly service: LogService;
  readonly ok: boolean;
  readonly clientAddress: string;
  readonly clientName?: string;
  readonly mechanism?: string;
  readonly tls?: boolean;
  /** Wrong passwords that this one line tells of; 1 for a login that worked. */
  readonly attempts: number;
}

/** A client of smtpd left: the next login by the same process is a new one. */
export interface DisconnectFact {
  readonly kind: 'disconnect';
}

export type LogFact =
  | ClientFact
  | MessageIdFact
  | QueuedFact
  | HeldFact
  | DeliveryFact
  | ExpiredFact
  | RemovedFact
  | LoginFact
  | DisconnectFact;

/** `nothing`: understood, and of no matter here. `cut`: begun like a line that matters. */
export type Said = LogFact | 'nothing' | 'cut';

/**
 * A part of a line on its own: it must not keep the block alive that it was cut from. Lines are
 * read as latin1, one character a byte; what is UTF-8 becomes text here.
 */
export function kept(part: string): string {
  const short = part.length > MAX_LOG_WORD ? part.slice(0, MAX_LOG_WORD) : part;
  if (short.length < UNSHARED) return hasHigh(short) ? decode(short) : short;
  return hasHigh(short) ? decode(short) : Buffer.from(short, 'latin1').toString('latin1');
}

/** V8 copies shorter parts anyway. */
const UNSHARED = 13;

function hasHigh(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return true;
  return false;
}

/** What is not UTF-8 stays one character a byte. */
function decode(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const decoded = bytes.toString('utf8');
  return decoded.includes('\ufffd') ? text.split('').join('') : decoded;
}
