/** A policy request as the facts it states: the submission event of its transaction. */
import type { SubmissionEvent } from '../../core/event.ts';
import type { PolicyRequest } from '../../protocol/postfix-policy.ts';

export type Attributes = PolicyRequest['attributes'];

/** What the transaction adds to the attributes of the request that asks. */
export interface EnvelopeFacts {
  readonly id: string;
  readonly at: string;
  readonly mta: string;
  readonly recipients: readonly string[];
  /** Accepted recipients, where it differs from those named. */
  readonly recipientCount: number;
  readonly refused: readonly string[];
  readonly isAbandoned: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Builds the event; what Postfix left empty or calls `unknown` is absent. */
export function submissionEvent(attributes: Attributes, facts: EnvelopeFacts): SubmissionEvent {
  const event: Writable<SubmissionEvent> = {
    v: 1,
    kind: 'submission',
    id: facts.id,
    at: facts.at,
    mta: facts.mta,
    clientAddress: known(attributes.client_address),
    tls: attributes.encryption_protocol === '' ? false : attributes.encryption_protocol,
    envelopeSender: bareAddress(attributes.sender),
    envelopeRecipients: facts.recipients,
  };
  if (attributes.sasl_username !== '') event.account = attributes.sasl_username;
  if (attributes.sasl_method !== '') event.mechanism = attributes.sasl_method;
  if (attributes.queue_id !== '') event.queueId = attributes.queue_id;
  if (attributes.policy_context !== '') event.service = attributes.policy_context;
  if (known(attributes.client_name) !== '') event.clientName = attributes.client_name;
  if (attributes.helo_name !== '') event.heloName = attributes.helo_name;
  const sizeBytes = wholeNumber(attributes.size);
  if (sizeBytes > 0) event.sizeBytes = sizeBytes;
  if (facts.recipientCount !== facts.recipients.length) event.recipientCount = facts.recipientCount;
  if (facts.refused.length > 0) event.refusedRecipients = facts.refused;
  if (facts.isAbandoned) event.abandoned = true;
  return event;
}

function known(value: string): string {
  return value === 'unknown' ? '' : value;
}

/** Postfix sends bare addresses; other askers keep the angle brackets of RFC 5321. */
export function bareAddress(address: string): string {
  return address.startsWith('<') && address.endsWith('>') ? address.slice(1, -1) : address;
}

/** A decimal number; 0 for anything else. */
export function wholeNumber(text: string): number {
  if (text === '0' || text === '') return 0;
  if (!/^\d+$/.test(text)) return 0;
  // More than can be told apart is still more than anybody may send.
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
