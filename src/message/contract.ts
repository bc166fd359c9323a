/**
 * Reading a message while it streams through a door. The door feeds headers and body as the MTA
 * gives them and asks at the end; what is behind (splitter, parser, scanners, lists) is not its
 * business. Memory is bounded whatever the size of the message.
 */
import type { MessageFacts } from '../core/event.ts';
import type { Maybe } from '../core/maybe.ts';

/** What is known before the message comes. */
export interface MessageEnvelope {
  readonly account?: string;
  readonly queueId?: string;
  readonly clientAddress: string;
  readonly clientName?: string;
  readonly heloName?: string;
  readonly envelopeSender: string;
  readonly envelopeRecipients: readonly string[];
}

export interface HeaderField {
  readonly name: string;
  /** As sent, folded lines kept, without the line end; latin1 so that bytes survive. */
  readonly value: string;
}

/** What was read. `facts.derived` is complete but for the fingerprint, which the gate makes. */
export interface InspectedMessage {
  readonly facts: MessageFacts;
  /** All header fields in order, at most 1000, for whoever mends or removes some. */
  readonly headers: readonly HeaderField[];
  readonly sizeBytes: number;
}

export interface MessageInspection {
  /** `value` as sent, folds kept, latin1; leading space as sent. */
  header(name: string, value: string): void;
  /** The bytes are copied. False: what is behind lags; feed no more before `drained()` resolves. */
  body(chunk: Uint8Array): boolean;
  drained(): Promise<void>;
  /** The body goes on, and the rest is not given. */
  cut(): void;
  /** Never rejects; what could not be found out in time is said in the facts. */
  end(): Maybe<InspectedMessage>;
  /** The message is not sent; what was begun is given up. */
  abort(): void;
}

export interface MessageInspector {
  begin(envelope: MessageEnvelope): MessageInspection;
  close(): Promise<void>;
}
