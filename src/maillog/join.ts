/**
 * Joins lines of a mail log to events. Many programs write of one message, under its queue id: who
 * submitted it (smtpd), what it is called (cleanup), from whom and how large (qmgr), and one line
 * for each attempt to deliver it.
 *
 * A submission is told once, as of the time qmgr took it up (or it was put on hold): when every
 * recipient has had its first attempt, and otherwise `waitMs` after it was accepted, with the
 * recipients known by then and the count of all. Its deliveries come after it.
 */
import type { DeliveryEvent, PrimumEvent } from '../core/event.ts';
import type { LogLine } from '../protocol/mail-log.ts';
import type {
  ClientFact,
  DeliveryFact,
  LogFact,
  LoginFact,
  QueuedFact,
} from '../protocol/mail-log-fact.ts';
import { LogClock } from './log-clock.ts';
import { logEventId } from './event-ids.ts';
import { deliveryOf, expiryOf, handedTo, loginOf, receivedOf } from './events-of-lines.ts';
import {
  addRecipient,
  awaitsOwner,
  hasForwardSender,
  isComplete,
  isForward,
  isSubmitted,
  mayBeHandedOn,
  MAX_WAITING_DELIVERIES,
  submissionOf,
} from './open-message.ts';
import type { OpenMessage } from './open-message.ts';
import { OpenMessages } from './open-messages.ts';
import type { KeptMessages } from './open-messages.ts';
import { SmtpSessions } from './smtp-sessions.ts';
import { WaitingQueue } from './waiting-queue.ts';

export interface JoinOptions {
  /** Name of the mail host in events; else as the log names it. */
  readonly mta?: string;
  /** How long after a message was accepted its recipients are waited for. */
  readonly waitMs: number;
  /** Queue ids open at once; over it the oldest is given up. Default 100,000. */
  readonly maxOpen?: number;
  /** Whether logins are told too. */
  readonly logins: boolean;
}

export const DEFAULT_MAX_OPEN = 100_000;
/** Lines of several programs do not always come in the order in which things happened. */
const DISORDER_MS = 60_000;
export type Take = (event: PrimumEvent) => void;

export interface JoinState {
  readonly nowMs: number;
  readonly messages: KeptMessages;
}

export class MailLogJoin {
  readonly #options: JoinOptions;
  readonly #take: Take;
  readonly #messages: OpenMessages;
  readonly #sessions = new SmtpSessions();
  readonly #waiting: WaitingQueue;
  readonly #clock = new LogClock();

  constructor(options: JoinOptions, take: Take, state?: JoinState) {
    this.#options = options;
    this.#take = take;
    this.#messages = new OpenMessages(options.maxOpen ?? DEFAULT_MAX_OPEN, (message) =>
      this.#tell(message),
    );
    this.#waiting = new WaitingQueue(options.waitMs);
    if (state === undefined) return;
    this.#clock.nowMs = state.nowMs;
    this.#messages.restore(state.messages);
    for (const message of this.#messages.all()) {
      if (message.acceptedMs !== undefined && !message.isTold) this.#waiting.add(message);
    }
  }

  get state(): JoinState {
    return { nowMs: this.#clock.nowMs, messages: this.#messages.keep() };
  }

  get openCount(): number {
    return this.#messages.size;
  }

  /** @param text The line as it was read, which makes the ids. */
  take(line: LogLine, text: string): void {
    this.#goOn(this.#clock.observe(line.atMs));
    this.#takeFact(line.fact, line, text);
  }

  /** Time goes on without lines: submissions that waited long enough are told. */
  pass(ms: number): void {
    if (this.#clock.nowMs > 0) this.#goOn((this.#clock.nowMs += ms));
  }

  #goOn(nowMs: number): void {
    this.#messages.sweep(nowMs);
    this.#waiting.takeDue(nowMs, (message) => this.#tell(message));
  }

  /** The log ends here: everything is told as far as it is known. */
  end(): void {
    for (const message of this.#messages.all()) this.#tell(message);
  }

  #takeFact(fact: LogFact, line: LogLine, text: string): void {
    switch (fact.kind) {
      case 'client':
        this.#takeClient(fact, line, text);
        break;
      case 'message-id':
        this.#takeName(this.#of(fact.queueId, line), fact.messageId);
        break;
      case 'queued':
        this.#takeQueued(this.#of(fact.queueId, line), fact, line.atMs);
        break;
      case 'held': {
        const message = this.#of(fact.queueId, line);
        message.envelopeSender ??= fact.envelopeSender;
        if (fact.envelopeRecipient !== undefined && message.recipients.size === 0) {
          addRecipient(message.recipients, fact.envelopeRecipient);
        }
        this.#accept(message, line.atMs);
        break;
      }
      case 'delivery':
        this.#takeDelivery(this.#of(fact.queueId, line), { fact, line, text });
        break;
      case 'expired':
        this.#takeExpired(this.#of(fact.queueId, line), line, text);
        break;
      case 'removed':
        this.#messages.close(this.#of(fact.queueId, line), this.#clock.nowMs);
        break;
      case 'login':
        if (this.#options.logins) this.#takeLogin(fact, line, text);
        break;
      case 'disconnect':
        this.#sessions.end(line);
    }
  }

  #of(queueId: string, line: LogLine): OpenMessage {
    return this.#messages.of(line.host, queueId, line.atMs);
  }

  #takeClient(fact: ClientFact, line: LogLine, text: string): void {
    // Most mail comes from outside and needs no id.
    const id = isSubmitted({ client: fact })
      ? logEventId(line.atMs, text)
      : `${line.atMs} ${fact.clientAddress}`;
    let message = this.#of(fact.queueId, line);
    if (message.clientLine === id) return;
    const isOther =
      message.clientLine !== '' || Math.abs(line.atMs - message.openedMs) > DISORDER_MS;
    // Short queue ids come again (postconf(5) enable_long_queue_ids): this is another message.
    if (isOther) message = this.#messages.replace(message, line.atMs);
    message.client = fact;
    message.clientLine = id;
    if (fact.originalQueueId !== undefined) {
      this.#link(message, this.#of(fact.originalQueueId, line));
    }
    if (!isSubmitted(message)) {
      if (!awaitsOwner(message)) message.waiting = [];
      return;
    }
    message.submission = id;
    // What was said of it before it had an owner.
    if (message.acceptedMs !== undefined) this.#waiting.add(message);
    else if (message.waiting.length > 0) this.#accept(message, line.atMs);
    if (this.#options.logins && fact.saslLogin !== undefined) {
      if (this.#sessions.isNew(line, fact.saslLogin))
        this.#take(loginOf(fact, { id, line, mta: this.#mta(line) }));
    }
    if (isComplete(message)) this.#tell(message);
  }

  #takeName(message: OpenMessage, messageId: string): void {
    if (message.messageId !== '') return;
    message.messageId = messageId;
    if (isComplete(message)) this.#tell(message);
  }

  #takeQueued(message: OpenMessage, fact: QueuedFact, atMs: number): void {
    // Taken up again after a delay: nothing new.
    if (message.expected > 0) return;
    message.envelopeSender = fact.envelopeSender;
    message.sizeBytes = fact.sizeBytes;
    message.expected = fact.recipientCount;
    this.#accept(message, atMs);
    if (isComplete(message)) this.#tell(message);
  }

  #accept(message: OpenMessage, atMs: number): void {
    if (message.acceptedMs !== undefined) return;
    message.acceptedMs = atMs;
    if (isSubmitted(message)) this.#waiting.add(message);
  }

  #takeDelivery(
    message: OpenMessage,
    { fact, line, text }: { fact: DeliveryFact; line: LogLine; text: string },
  ): void {
    const id = logEventId(line.atMs, text);
    if (fact.isLocal) this.#tellReceived(message, { fact, line, id });
    const handedOn = handedTo(fact);
    if (handedOn !== undefined && message.submission !== '') {
      const next = this.#messages.find(line.host, handedOn);
      if (next !== undefined && mayBeHandedOn(next)) {
        // The filter has it: what becomes of it is said under the other queue id.
        noteRecipient(message, fact);
        this.#link(next, message);
        if (isComplete(message)) this.#tell(message);
        return;
      }
    }
    if (isForward(message, fact)) {
      if (fact.result === 'deferred') addRecipient(message.deferred, fact.recipient);
      else this.#take(deliveryOf(fact, { id, line, mta: this.#mta(line) }));
      return;
    }
    if (message.submission === '' && !awaitsOwner(message)) return;
    noteRecipient(message, fact);
    if (fact.result === 'deferred') addRecipient(message.deferred, fact.recipient);
    else message.deferred.delete(fact.recipient);
    this.#deliver(message, deliveryOf(fact, { id, line, mta: this.#mta(line) }));
    if (message.submission === '' || !isSubmitted(message)) return;
    this.#accept(message, line.atMs);
    if (isComplete(message)) this.#tell(message);
  }

  /** qmgr gives up: one word for everybody who was still waited for. */
  #takeExpired(message: OpenMessage, line: LogLine, text: string): void {
    for (const recipient of message.deferred) {
      const id = logEventId(line.atMs, `${text}\n${recipient}`);
      const told = { id, line, mta: this.#mta(line) };
      const event = expiryOf(message.queueId, recipient, told);
      if (hasForwardSender(message)) this.#take(event);
      else this.#deliver(message, event);
    }
    message.deferred.clear();
  }

  #deliver(message: OpenMessage, event: DeliveryEvent): void {
    if (message.submission !== '' && message.isTold) {
      this.#take({ ...event, submission: message.submission });
    } else if (message.waiting.length < MAX_WAITING_DELIVERIES) message.waiting.push(event);
  }

  /** A filter gave the message back under another queue id: it is the same submission. */
  #link(message: OpenMessage, before: OpenMessage): void {
    if (before.submission === '' || message.submission !== '') return;
    message.submission = before.submission;
    // Told under its first queue id.
    message.isTold = true;
    const waiting = message.waiting;
    message.waiting = [];
    if (!before.isTold) this.#tell(before);
    for (const event of waiting) this.#take({ ...event, submission: message.submission });
  }

  #tell(message: OpenMessage): void {
    if (message.isTold || message.submission === '' || message.acceptedMs === undefined) return;
    message.isTold = true;
    this.#take(submissionOf(message, this.#options.mta ?? message.host));
    const waiting = message.waiting;
    message.waiting = [];
    for (const event of waiting) this.#take({ ...event, submission: message.submission });
    // Names are not needed any more, and a mailing has many.
    message.recipients.clear();
    message.finals.clear();
  }

  #tellReceived(
    message: OpenMessage,
    { fact, line, id }: { fact: DeliveryFact; line: LogLine; id: string },
  ): void {
    const from = message.envelopeSender ?? '';
    // Notices from nobody make no correspondents.
    if (from === '') return;
    const { messageId } = message;
    const known = { headerFrom: from, messageId };
    this.#take(receivedOf(fact, { id: `${id}-r`, line, mta: this.#mta(line) }, known));
  }

  #takeLogin(fact: LoginFact, line: LogLine, text: string): void {
    const id = logEventId(line.atMs, text);
    for (let attempt = 1; attempt <= fact.attempts; attempt++) {
      const own = attempt === 1 ? id : `${id}-${attempt}`;
      this.#take(loginOf(fact, { id: own, line, mta: this.#mta(line) }));
    }
  }

  #mta(line: LogLine): string {
    return this.#options.mta ?? line.host;
  }
}

function noteRecipient(message: OpenMessage, fact: DeliveryFact): void {
  if (message.isTold) return;
  addRecipient(message.recipients, fact.originalRecipient ?? fact.recipient);
  addRecipient(message.finals, fact.recipient);
}
