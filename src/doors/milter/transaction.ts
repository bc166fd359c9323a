/** One mail transaction of a milter connection, from MAIL to the end of its message. */
import type { SubmissionEvent } from '../../core/event.ts';
import type { InspectedMessage, MessageInspection } from '../../message/contract.ts';
import { isQueueId } from '../../protocol/queue-id.ts';
import { serviceOf, type ClientFacts } from './client.ts';
import type { NameRoom } from './name-room.ts';
import { MAX_NAMED_RECIPIENTS, MAX_REFUSED_RECIPIENTS } from './options.ts';

export interface Transaction {
  /** As it was at MAIL. */
  readonly client: Readonly<ClientFacts>;
  /** Postfix knows it from the second RCPT on. */
  queueId: string;
  readonly envelopeSender: string;
  /** Who is asked about, for what is under way: the login, else the client address. */
  readonly owner: string;
  /** Id of its event; another one for what is judged after a refusal. */
  id: string;
  readonly at: string;
  recipients: string[];
  /** Accepted ones above the bound. */
  unnamed: number;
  refused: string[];
  /** Of recipients accepted and refused, as the room for names counts them. */
  namedCharacters: number;
  /** A refusal at MAIL or RCPT was judged under `id`. */
  isRefusalJudged: boolean;
  inspection: MessageInspection | undefined;
  /** The message has begun: its envelope is complete. */
  isInMessage: boolean;
  isInBody: boolean;
  /** Reading the message was given up: it is judged by its envelope. */
  isUnread: boolean;
  sizeBytes: number;
  bodyBytes: number;
  /** Fields that only we write, by lower-cased name: how many came from outside. */
  readonly foreign: Map<string, number>;
  /** Fields that a redirect leaves, the first of each lower-cased name. */
  readonly marks: Map<string, string>;
  /** Nothing of it is under way any more. */
  isSettled: boolean;
  /** Tells the other doors that it is over. */
  readonly forget: () => void;
}

export interface Opening {
  readonly id: string;
  readonly at: string;
  readonly envelopeSender: string;
  readonly forget: () => void;
}

export function newTransaction(client: ClientFacts, opening: Opening): Transaction {
  return {
    ...opening,
    client: { ...client },
    queueId: client.queueId,
    owner: client.saslLogin === '' ? `address ${client.address}` : client.saslLogin,
    recipients: [],
    unnamed: 0,
    refused: [],
    namedCharacters: 0,
    isRefusalJudged: false,
    inspection: undefined,
    isInMessage: false,
    isInBody: false,
    isUnread: false,
    isSettled: false,
    sizeBytes: 0,
    bodyBytes: 0,
    foreign: new Map(),
    marks: new Map(),
  };
}

/**
 * The queue id, where it is one. A message with another could be put on hold and never be found
 * again by the tools of the queue, which take nothing else.
 */
export function queueIdOf({ queueId }: Pick<Transaction, 'queueId'>): string {
  return isQueueId(queueId) ? queueId : '';
}

/** Without any the MTA just does not say; one that is none makes no hold. */
export function mayHold({ queueId }: Pick<Transaction, 'queueId'>, canHold: boolean): boolean {
  return canHold && (queueId === '' || isQueueId(queueId));
}

/** Recipients that were accepted so far. */
export function acceptedCount(transaction: Transaction): number {
  return transaction.recipients.length + transaction.unnamed;
}

/** Takes one recipient in; over the bounds it is only counted. */
export function acceptRecipient(transaction: Transaction, recipient: string, room: NameRoom): void {
  const { recipients } = transaction;
  const isNamed = recipients.length < MAX_NAMED_RECIPIENTS && room.take(transaction, recipient);
  if (isNamed) recipients.push(recipient);
  else transaction.unnamed += 1;
}

/** Takes out again the recipient that was accepted last. */
export function refuseRecipient(transaction: Transaction, recipient: string, room: NameRoom): void {
  const { recipients, refused } = transaction;
  if (recipients.at(-1) === recipient) {
    recipients.pop();
    room.give(transaction, recipient);
  } else transaction.unnamed -= 1;
  if (refused.length >= MAX_REFUSED_RECIPIENTS || refused.includes(recipient)) return;
  if (room.take(transaction, recipient)) refused.push(recipient);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The event as the transaction stands; what the MTA did not say is absent. */
export function eventOf(
  transaction: Transaction,
  mta: string,
  more: {
    readonly inspected?: InspectedMessage | undefined;
    readonly isAbandoned?: boolean;
    /** What the door does not put on hold. */
    readonly comesAgain?: SubmissionEvent['comesAgain'];
    /** Whose forward it is. */
    readonly forwarder?: string | undefined;
  } = {},
): SubmissionEvent {
  const { client, recipients } = transaction;
  const event: Writable<SubmissionEvent> = {
    v: 1,
    kind: 'submission',
    id: transaction.id,
    at: transaction.at,
    mta,
    clientAddress: client.address,
    tls: client.tls === '' ? false : client.tls,
    envelopeSender: transaction.envelopeSender,
    envelopeRecipients: recipients,
  };
  const service = serviceOf(client);
  if (client.saslLogin !== '') event.account = client.saslLogin;
  if (more.forwarder !== undefined) event.forwarder = more.forwarder;
  if (client.mechanism !== '') event.mechanism = client.mechanism;
  const queueId = queueIdOf(transaction);
  if (queueId !== '') event.queueId = queueId;
  if (service !== '') event.service = service;
  if (client.name !== '') event.clientName = client.name;
  if (client.heloName !== '') event.heloName = client.heloName;
  if (transaction.unnamed > 0) event.recipientCount = acceptedCount(transaction);
  if (transaction.refused.length > 0) event.refusedRecipients = [...transaction.refused];
  if (more.isAbandoned === true) {
    event.abandoned = true;
    event.envelopeRecipients = [...recipients];
  } else if (transaction.isInMessage) {
    event.sizeBytes = more.inspected?.sizeBytes ?? transaction.sizeBytes;
    if (more.inspected !== undefined) event.message = more.inspected.facts;
    if (more.comesAgain !== undefined) event.comesAgain = more.comesAgain;
  }
  return event;
}
