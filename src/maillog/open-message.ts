/** What is known so far of a message under one queue id. Plain values, so that it can be kept. */
import { LOCAL_SERVICE } from '../core/event.ts';
import type { DeliveryEvent, SubmissionEvent } from '../core/event.ts';
import type { ClientFact, DeliveryFact } from '../protocol/mail-log-fact.ts';
import { eventTime } from './event-ids.ts';

/** Recipients known by name of one message; of more only the count. */
export const MAX_KNOWN_RECIPIENTS = 10_000;
/** Deliveries that wait for their submission. */
export const MAX_WAITING_DELIVERIES = 10_000;

export interface OpenMessage {
  readonly host: string;
  readonly queueId: string;
  /** Time of its first line. */
  readonly openedMs: number;
  /** Id of the submission event; empty while nobody is known to have submitted it. */
  submission: string;
  /** Stands for the line that told the client: the same line again changes nothing. */
  clientLine: string;
  client: ClientFact | undefined;
  messageId: string;
  envelopeSender: string | undefined;
  sizeBytes: number | undefined;
  /** Deliveries to come; 0 while unknown. */
  expected: number;
  acceptedMs: number | undefined;
  /** As the client gave them. */
  readonly recipients: Set<string>;
  /** As they were delivered to, aliases expanded. */
  readonly finals: Set<string>;
  readonly deferred: Set<string>;
  /** Before the submission is told, or known. */
  waiting: DeliveryEvent[];
  isTold: boolean;
  isClosed: boolean;
}

export function openMessage(host: string, queueId: string, openedMs: number): OpenMessage {
  return {
    host,
    queueId,
    openedMs,
    submission: '',
    clientLine: '',
    client: undefined,
    messageId: '',
    envelopeSender: undefined,
    sizeBytes: undefined,
    expected: 0,
    acceptedMs: undefined,
    recipients: new Set(),
    finals: new Set(),
    deferred: new Set(),
    waiting: [],
    isTold: false,
    isClosed: false,
  };
}

/** Somebody logged in, or a program of the host, gave it to us: it is not mail from outside. */
export function isSubmitted({ client }: Pick<OpenMessage, 'client'>): boolean {
  return client !== undefined && (client.saslLogin !== undefined || client.clientAddress === '');
}

/** Postfix's own filter or a local program may have handed it on. */
export function mayBeHandedOn({ client }: OpenMessage): boolean {
  if (client === undefined || client.saslLogin !== undefined) return false;
  return client.clientAddress.startsWith('127.') || client.clientAddress === '::1';
}

export function addRecipient(set: Set<string>, address: string): void {
  if (set.size < MAX_KNOWN_RECIPIENTS) set.add(address);
}

/** Whose it is may still be told: by a line that comes late, or by the filter it came through. */
export function awaitsOwner(message: OpenMessage): boolean {
  return message.submission === '' && (message.client === undefined || mayBeHandedOn(message));
}

/** It has the sender of a forward (SRS): mail from outside that goes on to others (FWD-2). */
export function hasForwardSender({
  envelopeSender = '',
  client,
  submission,
}: OpenMessage): boolean {
  return client !== undefined && submission === '' && /^srs[01][=+-]/i.test(envelopeSender);
}

/** Mail from outside that goes on to others: by the sender of a forward, or because of an alias. */
export function isForward(message: OpenMessage, fact: DeliveryFact): boolean {
  if (fact.isLocal || message.client === undefined || isSubmitted(message)) return false;
  if (hasForwardSender(message)) return true;
  // A bounce is nobody's forward, and what a filter of ours hands on has its owner elsewhere.
  const isFromOutside = message.submission === '' && (message.envelopeSender ?? '') !== '';
  return isFromOutside && !awaitsOwner(message) && fact.originalRecipient?.includes('@') === true;
}

/** Whether nothing more can come: its name, and a word of every delivery. */
export function isComplete({ expected, finals, messageId }: OpenMessage): boolean {
  const isNamed = messageId !== '';
  return isNamed && expected > 0 && finals.size >= Math.min(expected, MAX_KNOWN_RECIPIENTS);
}

/** The submission as far as it is known. */
export function submissionOf(message: OpenMessage, mta: string): SubmissionEvent {
  const { client, acceptedMs, openedMs, recipients, expected, sizeBytes, messageId } = message;
  const isLocal = client?.clientAddress === '';
  // The sendmail command of this host: as the milter door sees it.
  const clientAddress = isLocal ? '127.0.0.1' : (client?.clientAddress ?? '');
  const clientName = client?.clientName ?? '';
  return {
    v: 1,
    kind: 'submission',
    id: message.submission,
    at: eventTime(acceptedMs ?? openedMs),
    mta,
    ...(client?.saslLogin === undefined ? {} : { account: client.saslLogin }),
    queueId: message.queueId,
    ...(isLocal ? { service: LOCAL_SERVICE } : {}),
    clientAddress: clientAddress === 'unknown' ? '' : clientAddress,
    ...(clientName === '' || clientName === 'unknown' ? {} : { clientName }),
    ...(client?.mechanism === undefined ? {} : { mechanism: client.mechanism }),
    envelopeSender: message.envelopeSender ?? client?.envelopeSender ?? '',
    envelopeRecipients: [...recipients],
    ...(expected > recipients.size ? { recipientCount: expected } : {}),
    afterwards: true,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(messageId === '' ? {} : { message: { messageId } }),
  };
}
