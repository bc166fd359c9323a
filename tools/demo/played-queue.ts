/**
 * The queue of the demonstration's mail server, in memory, behind the commands that an agent gives
 * Postfix's own tools. What is delivered goes nowhere: it is counted, and told to `onDelivered`.
 */
import type { QueueTools } from '../../src/agent/queue-tools.ts';
import type { QueueEnvelope } from '../../src/protocol/postcat.ts';

export interface QueuedLetter {
  readonly queueId: string;
  readonly sender: string;
  /** Empty for what the mail server wrote itself. */
  readonly saslLogin: string;
  readonly arrivalMs: number;
  readonly recipients: readonly string[];
  /** Header and body, lines ended by CRLF. */
  readonly text: string;
}

type QueueName = 'hold' | 'deferred';

interface Entry extends QueuedLetter {
  queueName: QueueName;
}

export class PlayedQueue implements QueueTools {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #onDelivered: (letter: QueuedLetter) => void;
  #submitted = 0;

  constructor(given: {
    readonly now: () => number;
    readonly onDelivered: (letter: QueuedLetter) => void;
  }) {
    this.#now = given.now;
    this.#onDelivered = given.onDelivered;
  }

  /** Takes a message in that is not delivered at once. */
  put(letter: QueuedLetter, queueName: QueueName): void {
    this.#entries.set(letter.queueId, { ...letter, queueName });
  }

  /** How many messages wait. */
  count(queueName: QueueName): number {
    return [...this.#entries.values()].filter((entry) => entry.queueName === queueName).length;
  }

  list(): ReturnType<QueueTools['list']> {
    return Promise.resolve([...this.#entries.values()].map(envelopeOf));
  }

  envelopes(queueIds: readonly string[]): ReturnType<QueueTools['envelopes']> {
    return Promise.resolve(this.#those(queueIds).map(envelopeOf));
  }

  message(queueId: string, maxBytes: number): ReturnType<QueueTools['message']> {
    const entry = this.#entries.get(queueId);
    if (entry === undefined) return Promise.resolve(undefined);
    const bytes = Buffer.from(entry.text);
    const isCut = bytes.length > maxBytes;
    return Promise.resolve({ bytes: bytes.subarray(0, maxBytes), isCut });
  }

  hold(queueIds: readonly string[]): ReturnType<QueueTools['hold']> {
    const moved = this.#those(queueIds).filter((entry) => entry.queueName !== 'hold');
    for (const entry of moved) entry.queueName = 'hold';
    return Promise.resolve(new Set(moved.map(({ queueId }) => queueId)));
  }

  /** As `postsuper -H`: it waits like any other from now on. */
  release(queueId: string): Promise<boolean> {
    const entry = this.#entries.get(queueId);
    if (entry?.queueName !== 'hold') return Promise.resolve(false);
    entry.queueName = 'deferred';
    return Promise.resolve(true);
  }

  remove(queueId: string): Promise<boolean> {
    return Promise.resolve(this.#entries.delete(queueId));
  }

  deliver(queueId: string): Promise<void> {
    const entry = this.#entries.get(queueId);
    if (entry?.queueName === 'deferred') {
      this.#entries.delete(queueId);
      this.#onDelivered(entry);
    }
    return Promise.resolve();
  }

  submit(recipient: string, text: string): Promise<void> {
    this.#submitted += 1;
    this.#onDelivered({
      ...{ queueId: `OWN${String(this.#submitted).padStart(7, '0')}`, sender: '', saslLogin: '' },
      ...{ arrivalMs: this.#now(), recipients: [recipient], text },
    });
    return Promise.resolve();
  }

  #those(queueIds: readonly string[]): Entry[] {
    return queueIds.flatMap((queueId) => this.#entries.get(queueId) ?? []);
  }
}

function envelopeOf(entry: Entry): QueueEnvelope & { readonly arrivalSeconds: number } {
  const { queueName, queueId, sender, saslLogin, recipients } = entry;
  return {
    ...{ queueName, queueId, sender, saslLogin, recipients },
    arrivalSeconds: Math.floor(entry.arrivalMs / 1000),
    sizeBytes: Buffer.byteLength(entry.text),
    recipientCount: recipients.length,
  };
}
