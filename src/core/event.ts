/**
 * The facts. Everything Primum ever learns is one of these events; the same event always gets
 * the same verdict from the same knowledge. One JSON object a line (NDJSON), version 1.
 */

export type Service = 'submission' | 'imap' | 'pop3' | 'webmail' | 'sieve' | 'other';

/** `service` of mail that a program of the MTA's own host hands to the sendmail command. */
export const LOCAL_SERVICE = 'sendmail';

/** Fields every event carries. `at` is RFC 3339 in UTC with milliseconds. */
export interface EventBase {
  readonly v: 1;
  /** Unique; an event seen twice changes nothing the second time. */
  readonly id: string;
  readonly at: string;
  /** The MTA host; goes with every `queueId`. */
  readonly mta?: string;
}

/** A finished attempt to log in. */
export interface LoginEvent extends EventBase {
  readonly kind: 'login';
  readonly account: string;
  readonly service: Service;
  readonly ok: boolean;
  /** Textual IPv4 or IPv6 address; empty when the asker did not know it. */
  readonly clientAddress: string;
  readonly clientName?: string;
  readonly mechanism?: string;
  readonly tls?: boolean | string;
  /** Opaque; equal for equal passwords of one account. */
  readonly passwordHash?: string;
  readonly deviceId?: string;
  readonly agent?: string;
  /** We refused it ourselves: never counts as a wrong password. */
  readonly policyReject?: boolean;
}

/** A login whose outcome is not known yet; asked about, never recorded. */
export type LoginAttempt = Omit<LoginEvent, 'ok' | 'policyReject'>;

export interface Attachment {
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What is known of the message itself. Signals read only `derived` and the addresses. */
export interface MessageFacts {
  readonly headerFrom?: string;
  /** Further addresses of From fields, and of Sender, which receivers may show. */
  readonly headerFromMore?: readonly string[];
  readonly replyTo?: string;
  readonly subject?: string;
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  /** The text of the Date header, as sent. */
  readonly date?: string;
  readonly userAgent?: string;
  readonly listId?: string;
  readonly listUnsubscribe?: string;
  readonly autoSubmitted?: string;
  readonly text?: string;
  readonly urls?: readonly string[];
  readonly attachments?: readonly Attachment[];
  readonly headerNames?: readonly string[];
  readonly raw?: string;
  readonly rawPath?: string;
  /** A `DerivedMessage`, unchecked: read it through `derivedOf`. */
  readonly derived?: object;
}

/** A message entering through an authenticated or local path (RFC 6409). */
export interface SubmissionEvent extends EventBase {
  readonly kind: 'submission';
  /** The SASL login. Absent without AUTH. */
  readonly account?: string;
  /**
   * Whose forward it is, where a host of ours redirects mail without AUTH: it is judged as that
   * account's forward, and neither as the remote sender's mail nor as the account's own (FWD-3).
   */
  readonly forwarder?: string;
  /** App password or script id; absent means the main password. */
  readonly credential?: string;
  readonly queueId?: string;
  readonly service?: string;
  readonly clientAddress: string;
  readonly clientName?: string;
  readonly heloName?: string;
  readonly mechanism?: string;
  readonly tls?: boolean | string;
  /** Bare address; empty for the null sender (RFC 5321 section 4.5.5). */
  readonly envelopeSender: string;
  /** May be empty when the MTA names only a count: then `recipientCount` counts. */
  readonly envelopeRecipients: readonly string[];
  /** Accepted recipients, where their addresses are not all known. */
  readonly recipientCount?: number;
  /**
   * The transaction ended before a message was sent (RSET, disconnect, every recipient refused).
   * It is evidence; counts and limits take nothing from it.
   */
  readonly abandoned?: true;
  /** Read from a log when the message was on its way: nobody waits for the answer. */
  readonly afterwards?: true;
  /**
   * The door cannot put on hold what is only slowed, or nothing at all: the client is told to come
   * again, so the message has not left.
   */
  readonly comesAgain?: 'slowed' | 'all';
  /** Recipients a check of ours refused in this transaction; never counted as sent. */
  readonly refusedRecipients?: readonly string[];
  readonly sizeBytes?: number;
  readonly message?: MessageFacts;
}

export interface ReceivedEvent extends EventBase {
  readonly kind: 'received';
  readonly account: string;
  readonly headerFrom: string;
  readonly messageId?: string;
}

export type DeliveryResult = 'delivered' | 'deferred' | 'bounced' | 'expired';

export interface DeliveryEvent extends EventBase {
  readonly kind: 'delivery';
  /** Id of the submission event, where known. */
  readonly submission?: string;
  readonly queueId?: string;
  readonly recipient: string;
  readonly result: DeliveryResult;
  /** Enhanced status code (RFC 3463). */
  readonly status?: string;
  readonly reply?: string;
  readonly remote?: string;
  /** One of the reply classes, where whoever tells has read the reply. */
  readonly class?: string;
  /** The recipient will refuse whatever is sent; goes with `class`. */
  readonly hard?: boolean;
  /**
   * `dsn`: a bounce told of it, which anybody can write. It counts when it is a failure and the account
   * has written to the recipient; a few of a week, and little, unless it is `verified`.
   */
  readonly via?: 'dsn';
  /** Of a bounce: our own mail server made it, or the recipient's domain has signed it (DKIM). */
  readonly verified?: boolean;
  /** Message-ID of the message, where its header came back. */
  readonly messageId?: string;
  /** With `credential`, `context` and `sentAt`: what our own trace token in the message says. */
  readonly account?: string;
  readonly credential?: string;
  readonly context?: string;
  readonly sentAt?: string;
  /** Of the decision on the message, by its token. */
  readonly messageReference?: string;
  /**
   * The bounce came to the sender of a forward, whose key and day hold (FWD-2): what stands for its
   * account there, empty where the sender names none, and the keyed hash of that one sender.
   */
  readonly forward?: string;
  readonly forwardStamp?: string;
  /** The recipient before an alias made another of it, by the MTA's own log (`orig_to`). */
  readonly expandedFrom?: string;
}

export interface ComplaintEvent extends EventBase {
  readonly kind: 'complaint';
  readonly submission?: string;
  readonly queueId?: string;
  readonly messageId?: string;
  readonly account?: string;
  /** With `account`, where a trace token names them; `sentAt` says that a returned mail had it. */
  readonly credential?: string;
  readonly context?: string;
  readonly sentAt?: string;
  /** Of the decision on the message, by its token. */
  readonly messageReference?: string;
  readonly feedbackType: string;
  readonly reporter?: string;
  /** The registered domain of who reports, where its DKIM signature holds. */
  readonly reporterDomain?: string;
  /** Who received the message and complains of it, where the report says so. */
  readonly recipient?: string;
  /**
   * `dsn`: it complains of a bounce that came to an address of `account`. Who gets bounces for what
   * he never sent has an account that somebody else sends with (FBK-3).
   */
  readonly about?: 'message' | 'dsn';
  /** Our token holds, or the DKIM signature of who reports. */
  readonly verified: boolean;
}

export interface ReportEvent extends EventBase {
  readonly kind: 'report';
  readonly account?: string;
  readonly clientAddress?: string;
  readonly url?: string;
  readonly category: string;
  readonly reporter: string;
  /** As in a complaint. */
  readonly reporterDomain?: string;
  readonly text?: string;
}

export interface ForwardEvent extends EventBase {
  readonly kind: 'forward';
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly queueId?: string;
  readonly tenant?: string;
  /** What stands for the account in the sender it left with, and the keyed hash of that sender. */
  readonly tag?: string;
  readonly stamp?: string;
}

export const ACCOUNT_CLASSES = [
  'person',
  'application',
  'device',
  'list',
  'forward',
  'system',
] as const;
export type AccountClass = (typeof ACCOUNT_CLASSES)[number];

/** What the directory says of an account. Without it everybody is a person known for long. */
export interface AccountEvent extends EventBase {
  readonly kind: 'account';
  readonly account: string;
  readonly tenant?: string;
  readonly groups?: readonly string[];
  readonly class?: AccountClass;
  readonly since?: string;
  readonly timeZone?: string;
  readonly addresses?: readonly string[];
}

export interface ChangeEvent extends EventBase {
  readonly kind: 'change';
  readonly account: string;
  readonly what: 'forward' | 'filter' | 'reply-to' | 'app-password' | 'export' | 'other';
  readonly clientAddress?: string;
}

/** Somebody from outside who brings mail to port 25: no submission, and nobody's account. */
export interface ConnectionEvent extends EventBase {
  readonly kind: 'connection';
  readonly clientAddress: string;
  /** Verified: it leads back to the address. */
  readonly clientName?: string;
  /** What DNS calls the address, verified or not. */
  readonly reverseName?: string;
  /** The mail server did not say what DNS calls the address; else no name means that there is none. */
  readonly namesUntold?: boolean;
  readonly service?: string;
  readonly heloName?: string;
  /** With the address it tells connections apart, so that each counts once. */
  readonly clientPort?: number;
  /** Names of viruses in a message it brought: about that message, and no further connection. */
  readonly viruses?: readonly string[];
}

/** States of what a watcher looks at. */
export const FINDING_STATES = ['pass', 'warn', 'fail', 'unknown', 'not-applicable'] as const;

/** A watcher's finding that changed; nothing is judged by it. */
export interface FindingEvent extends EventBase {
  readonly kind: 'listing' | 'check';
  /** The check's id, such as `listings`. */
  readonly check?: string;
  /** The row of PRACTICES, such as `OWN-1`. */
  readonly practice?: string;
  /** Host, address or domain. */
  readonly target?: string;
  /** One of several things of the target, such as an address on one list. */
  readonly item?: string;
  readonly state?: (typeof FINDING_STATES)[number];
  readonly was?: (typeof FINDING_STATES)[number];
  readonly evidence?: readonly string[];
  /** What is seen now and was not while all was well. */
  readonly drift?: readonly string[];
  readonly advice?: string;
}

/** What a person or the ladder did. */
export interface ActionEvent extends EventBase {
  readonly kind: 'lock' | 'unlock' | 'release' | 'reset' | 'return';
  readonly account?: string;
  readonly submission?: string;
  readonly by: string;
  readonly why: string;
  /** Of a lock: what lifts it (ACC-12). Absent means only a person. */
  readonly unlockOn?: 'password' | 'person';
}

export interface PasswordEvent extends EventBase {
  readonly kind: 'password';
  readonly account: string;
  readonly by: 'owner' | 'operator' | 'unknown';
  readonly channel?: string;
  /** From where the owner changed it: only from a place of the account does it end what was held against it. */
  readonly clientAddress?: string;
}

export interface ConfirmEvent extends EventBase {
  readonly kind: 'confirm';
  readonly account: string;
  readonly context?: string;
  readonly submission?: string;
  readonly mine: boolean;
  /** With `mine` false: false takes the context's trust back and locks nothing. */
  readonly lock?: boolean;
  readonly by: string;
}

/** Events that ask for a verdict. */
export type JudgedEvent = SubmissionEvent | LoginEvent;

/** Events that only teach. */
export type NotedEvent =
  | ReceivedEvent
  | DeliveryEvent
  | ComplaintEvent
  | ReportEvent
  | ForwardEvent
  | AccountEvent
  | ChangeEvent
  | ConnectionEvent
  | FindingEvent
  | ActionEvent
  | PasswordEvent
  | ConfirmEvent;

export type PrimumEvent = JudgedEvent | NotedEvent;

export type EventKind = PrimumEvent['kind'];

/** Recipients of a submission: those named, or the count where the MTA gave only that. */
export function recipientCount(event: SubmissionEvent): number {
  return Math.max(event.envelopeRecipients.length, event.recipientCount ?? 0);
}
