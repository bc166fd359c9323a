/**
 * What the desk asks of an agent on a mail host, and what the agent answers. Every task may be done
 * twice without harm: an agent may die after the deed and before it could say so.
 */

import type { DeliveryEvent, LoginEvent, ReceivedEvent, SubmissionEvent } from '../core/event.ts';

/** A message in the queue as the records know it; never acted on where these do not agree. */
export interface QueuedTarget {
  /** Id of the hold. */
  readonly hold: string;
  readonly queueId: string;
  /** As the client gave it; the queue may have it rewritten. */
  readonly envelopeSender: string;
  readonly account: string;
  /** When the decision was made, RFC 3339. */
  readonly at: string;
  /** What the agent saw when it first found the message; from then on it must be equal. */
  readonly seen?: SeenMessage;
}

export interface SeenMessage {
  /** Seconds since 1970. */
  readonly arrivalSeconds: number;
  readonly sender: string;
}

/** A notification to the sender, composed on the mail host where the message is. */
export interface Notification {
  readonly what: 'returned' | 'held';
  readonly recipient: string;
  readonly messageId: string;
  readonly from: string;
  readonly words: readonly string[];
  readonly reference: string;
  /** 1 for the first; from the second on the queue is searched for the first. */
  readonly attempt: number;
}

interface TaskBase {
  /** Equal each time the same task is handed out. */
  readonly id: string;
}

export type AgentTask = TaskBase &
  (
    | { readonly kind: 'check'; readonly targets: readonly QueuedTarget[] }
    | { readonly kind: 'survey' }
    | { readonly kind: 'release'; readonly target: QueuedTarget }
    | {
        readonly kind: 'notify';
        readonly target: QueuedTarget;
        readonly notification: Notification;
      }
    | { readonly kind: 'delete'; readonly target: QueuedTarget }
    | {
        readonly kind: 'contain';
        readonly account: string;
        /** Messages known to be the account's from its events; `hold` is empty. */
        readonly known: readonly QueuedTarget[];
        /**
         * What an earlier run for the same lock was about to put on hold. An older daemon does not
         * say, and is not told beforehand.
         */
        readonly moving?: readonly MovingMessage[];
      }
    | { readonly kind: 'show'; readonly target: QueuedTarget; readonly maxBytes: number }
  );

/** A message that is about to be put on hold. */
export interface MovingMessage extends SeenMessage {
  readonly queueId: string;
}

/** Where a message was found. */
export interface FoundMessage extends MovingMessage {
  readonly queueName: string;
  readonly sizeBytes: number;
  readonly saslLogin: string;
  readonly recipients: number;
}

/** `other`: the queue id belongs to a different message now, which was not touched. */
export type TargetState = 'held' | 'elsewhere' | 'missing' | 'other';

export type AgentResult = TaskBase &
  (
    | {
        readonly kind: 'check';
        readonly found: readonly {
          readonly hold: string;
          readonly state: TargetState;
          readonly message?: FoundMessage;
        }[];
      }
    | {
        readonly kind: 'survey';
        readonly held: readonly FoundMessage[];
        /** Messages of the queue that are not held; an older agent does not say. */
        readonly queued?: number;
      }
    /** `done` is true when the message is out of the queue or on its way as asked. */
    | { readonly kind: 'release' | 'delete'; readonly done: boolean; readonly state: TargetState }
    | { readonly kind: 'notify'; readonly sent: boolean; readonly state: TargetState }
    | { readonly kind: 'contain'; readonly contained: readonly FoundMessage[] }
    /** Before the deed: whatever dies then, what was put on hold for the lock is known. */
    | { readonly kind: 'containing'; readonly moving: readonly MovingMessage[] }
    | {
        readonly kind: 'show';
        readonly state: TargetState;
        readonly message?: {
          readonly headers: string;
          readonly body: string;
          readonly isCut: boolean;
          readonly recipients: readonly string[];
          readonly sizeBytes: number;
          /** The same bytes as they are, in base64; an older agent does not give them. */
          readonly raw?: string;
        };
      }
    /** The tool failed; it is asked again later. */
    | { readonly kind: 'failed'; readonly error: string }
  );

/** Where events go that an agent read from the log of its mail host. */
export interface LogSink {
  /** Resolves when they are on record. An id that was there before counts once. */
  logged(mta: string, events: readonly LoggedEvent[]): Promise<void>;
}

/** What a mail log tells. */
export type LoggedEvent = SubmissionEvent | DeliveryEvent | ReceivedEvent | LoginEvent;

/** The desk as an agent sees it. */
export interface AgentDesk {
  /** What there is to do on one mail host; waits up to `waitMs` for something. */
  tasks(
    mta: string,
    options?: { readonly waitMs?: number; readonly signal?: AbortSignal },
  ): Promise<readonly AgentTask[]>;
  /** Resolves when the results are durable. */
  report(mta: string, results: readonly AgentResult[]): Promise<void>;
}

/** Bounds of what goes over the API. */
export const MAX_TASKS = 20;
export const MAX_LOGGED = 500;
export const MAX_CHECKED = 500;
export const MAX_CONTAINED = 1_000;
/** Messages put on hold at once. */
export const CONTAINED_AT_ONCE = 50;
/** Characters told of one address or login: above RFC 5321's 320. */
export const MAX_TOLD_LENGTH = 512;
export const MAX_SHOWN_BYTES = 256 * 1024;

/** Longest SMTP transaction, from its first recipient to the decision. */
const LONGEST_TRANSACTION_MS = 6 * 3_600_000;
/** Clocks of two hosts. */
const CLOCK_DIFFERENCE_MS = 600_000;

/** Whether a decision of this time can be of a message that arrived then. */
export function isNear(at: string, arrivalSeconds: number): boolean {
  const age = Date.parse(at) - arrivalSeconds * 1000;
  return age > -CLOCK_DIFFERENCE_MS && age < LONGEST_TRANSACTION_MS;
}
