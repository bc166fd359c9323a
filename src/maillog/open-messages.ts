/**
 * The messages that are on their way, by host and queue id, within a bound: what was removed is
 * kept a little for lines that come late, and what is never removed goes when the bound is reached
 * or no queue keeps mail that long.
 */
import type { DeliveryEvent } from '../core/event.ts';
import type { ClientFact } from '../protocol/mail-log-fact.ts';
import { awaitsOwner, isSubmitted, openMessage } from './open-message.ts';
import type { OpenMessage } from './open-message.ts';
import { FirstEntry } from '../core/first-entry.ts';

/** Lines about a message that come after its end. */
const LINGER_MS = 60_000;
/** Of the log's time; many lines come in one second. */
const SWEEP_EVERY_MS = 1_000;
/** Postfix returns mail after five days (postconf(5) maximal_queue_lifetime); held mail may stay. */
const MAX_AGE_MS = 30 * 86_400_000;

/** As it is kept between two runs. */
export type KeptMessages = readonly KeptMessage[];

type Listed = 'recipients' | 'finals' | 'deferred';

type KeptMessage = Omit<OpenMessage, Listed | 'client' | 'waiting'> &
  Readonly<Record<Listed, readonly string[]>> & {
    readonly client: ClientFact | undefined;
    readonly waiting: readonly DeliveryEvent[];
  };

export class OpenMessages {
  readonly #max: number;
  readonly #giveUp: (message: OpenMessage) => void;
  readonly #messages = new Map<string, OpenMessage>();
  readonly #oldest = new FirstEntry(this.#messages);
  #sweptMs = 0;
  #closing: { readonly message: OpenMessage; readonly dueMs: number }[] = [];

  /** @param giveUp Told before an open message is forgotten. */
  constructor(max: number, giveUp: (message: OpenMessage) => void) {
    this.#max = max;
    this.#giveUp = giveUp;
  }

  get size(): number {
    return this.#messages.size;
  }

  all(): IterableIterator<OpenMessage> {
    return this.#messages.values();
  }

  find(host: string, queueId: string): OpenMessage | undefined {
    return this.#messages.get(`${host}\n${queueId}`);
  }

  /** The message under this queue id; a new one where none is open. */
  of(host: string, queueId: string, atMs: number): OpenMessage {
    return this.find(host, queueId) ?? this.#add(openMessage(host, queueId, atMs));
  }

  /** The queue id belongs to another message from now on. */
  replace(message: OpenMessage, atMs: number): OpenMessage {
    this.#forget(message);
    return this.#add(openMessage(message.host, message.queueId, atMs));
  }

  close(message: OpenMessage, nowMs: number): void {
    if (message.isClosed) return;
    message.isClosed = true;
    this.#closing.push({ message, dueMs: nowMs + LINGER_MS });
  }

  sweep(nowMs: number): void {
    const isRecent = Math.abs(nowMs - this.#sweptMs) < SWEEP_EVERY_MS;
    if (isRecent && this.#closing.length <= this.#max) return;
    this.#sweptMs = nowMs;
    let done = 0;
    // More than are open cannot linger: the clock was set back.
    const surplus = this.#closing.length - this.#max;
    while (done < surplus || (this.#closing[done]?.dueMs ?? Infinity) <= nowMs) {
      const entry = this.#closing[done];
      if (entry !== undefined) this.#forget(entry.message);
      done += 1;
    }
    if (done > 0) this.#closing.splice(0, done);
    const oldest = this.#oldest.get()?.[1];
    if (oldest !== undefined && oldest.openedMs < nowMs - MAX_AGE_MS) this.#forget(oldest);
  }

  /** Only what a later line can still change the meaning of. */
  keep(): KeptMessages {
    const kept: KeptMessage[] = [];
    for (const message of this.#messages.values()) {
      if (!isSubmitted(message) && !awaitsOwner(message) && message.isClosed) continue;
      kept.push({
        ...message,
        recipients: [...message.recipients],
        finals: [...message.finals],
        deferred: [...message.deferred],
      });
    }
    return kept;
  }

  restore(kept: KeptMessages): void {
    for (const one of kept) {
      const message: OpenMessage = {
        ...one,
        client: one.client,
        recipients: new Set(one.recipients),
        finals: new Set(one.finals),
        deferred: new Set(one.deferred),
        waiting: [...one.waiting],
        isClosed: false,
      };
      this.#add(message);
      if (one.isClosed) this.close(message, message.openedMs);
    }
  }

  #add(message: OpenMessage): OpenMessage {
    this.#messages.set(`${message.host}\n${message.queueId}`, message);
    if (this.#messages.size > this.#max) {
      const oldest = this.#oldest.get()?.[1];
      if (oldest !== undefined) this.#forget(oldest);
    }
    return message;
  }

  #forget(message: OpenMessage): void {
    this.#giveUp(message);
    const key = `${message.host}\n${message.queueId}`;
    if (this.#messages.get(key) === message) this.#messages.delete(key);
  }
}
