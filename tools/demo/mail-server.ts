/**
 * The mail server of the demonstration: it is played. What the doors let out it delivers, bounces or
 * keeps, and tells as its log would; on what they hold works the real agent, over the real API.
 */
import { setTimeout } from 'node:timers/promises';
import type { LoggedEvent } from '../../src/agent/contract.ts';
import { MAX_LOGGED } from '../../src/agent/contract.ts';
import { startAgent, type RunningAgent } from '../../src/agent/loop.ts';
import { openClient, type Client } from '../../src/client/client.ts';
import { readAgentToken } from '../../src/client/token-file.ts';
import { deskOver } from '../../src/daemon/run-agent.ts';
import type { Telemetry } from '../../src/telemetry/contract.ts';
import type { Answer, Message } from './clients.ts';
import type { Fate, Letter } from './milter-client.ts';
import { PlayedQueue, type QueuedLetter } from './played-queue.ts';

export const POSTMASTER = 'postmaster@example.org';

/** Its mailboxes do not exist, or its server takes nothing for now. */
export const BOUNCING = 'gone.example';
export const SLOW = 'slow.example';

/** The agent looks each second. */
const CONTAIN_MS = 30_000;
const NO_TEXT = 'The demonstration made no text for this message: only its envelope was judged.';

const REPLIES = {
  delivered: { status: '2.0.0', reply: '250 2.0.0 Ok: queued' },
  bounced: { status: '5.1.1', reply: '550 5.1.1 User unknown in virtual mailbox table' },
  deferred: { status: '4.7.1', reply: '451 4.7.1 Greylisted, try again later' },
} as const;

export class PlayedMailServer {
  readonly queue: PlayedQueue;
  readonly api: string;
  /** Messages that reached their recipients. */
  delivered = 0;
  readonly #mta: string;
  readonly #client: Client;
  readonly #agent: RunningAgent;
  readonly #now: () => number;
  #log: LoggedEvent[] = [];
  #lines = 0;

  private constructor(given: Given & { readonly client: Client }) {
    const { mta, client, now, telemetry } = given;
    this.#mta = mta;
    this.api = given.api;
    this.#client = client;
    this.#now = now;
    this.queue = new PlayedQueue({
      now,
      onDelivered: (letter) => {
        this.#deliver(letter);
        given.onLate(letter);
        void this.tellLog().catch(() => undefined);
      },
    });
    const desk = deskOver(client);
    this.#agent = startAgent({ desk, tools: this.queue, mta, from: POSTMASTER, now, telemetry });
  }

  static async open(given: Given): Promise<PlayedMailServer> {
    const token = await readAgentToken(undefined, given.state);
    return new PlayedMailServer({
      ...given,
      client: openClient({ baseUrl: `http://${given.api}`, token }),
    });
  }

  /** What the policy door was asked about. */
  message(message: Message, { action, queueId, accepted }: Answer): void {
    if (accepted.length === 0) return;
    const sender = message.sender ?? message.account;
    const letter = {
      ...{ queueId, sender, saslLogin: message.account, recipients: accepted },
      arrivalMs: this.#now(),
      text: `From: ${sender}\r\n${message.text ?? `\r\n${NO_TEXT}\r\n`}`,
    };
    if (action.startsWith('HOLD')) this.queue.put(letter, 'hold');
    else this.#send(letter);
  }

  /** What the milter saw. */
  letter(letter: Letter, { kind, queueId, added }: Fate): void {
    if (kind === 'refused') return;
    const fields = [...added, ...letter.headers].map(([name, value]) => `${name}: ${value}\r\n`);
    const queued = {
      ...{ queueId, saslLogin: letter.account, sender: letter.account },
      ...{ recipients: letter.recipients, arrivalMs: this.#now() },
      text: `${fields.join('')}\r\n${letter.body}`,
    };
    if (kind === 'held') this.queue.put(queued, 'hold');
    else this.#send(queued);
  }

  /** Gives Primum what the log says, as an agent does that follows it. */
  async tellLog(): Promise<void> {
    const told = this.#log;
    this.#log = [];
    for (let from = 0; from < told.length; from += MAX_LOGGED) {
      await this.#client.agentEvents(told.slice(from, from + MAX_LOGGED));
    }
  }

  /** The agent has put on hold what locked accounts had still waiting: all that was deferred. */
  async contained(): Promise<void> {
    const endsMs = performance.now() + CONTAIN_MS;
    while (this.queue.count('deferred') > 0) {
      if (performance.now() > endsMs) throw new Error('The agent has not contained in time.');
      await setTimeout(20);
    }
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  #send(letter: QueuedLetter): void {
    const later = letter.recipients.filter((one) => one.endsWith(`@${SLOW}`));
    this.#deliver({
      ...letter,
      recipients: letter.recipients.filter((one) => !later.includes(one)),
    });
    if (later.length === 0) return;
    this.#note(letter, later, 'deferred');
    this.queue.put({ ...letter, recipients: later }, 'deferred');
  }

  #deliver(letter: QueuedLetter): void {
    const gone = letter.recipients.filter((one) => one.endsWith(`@${BOUNCING}`));
    const there = letter.recipients.filter((one) => !gone.includes(one));
    if (there.length > 0) this.delivered += 1;
    this.#note(letter, there, 'delivered');
    this.#note(letter, gone, 'bounced');
  }

  #note(letter: QueuedLetter, recipients: readonly string[], result: keyof typeof REPLIES): void {
    // What it writes itself belongs to no submission.
    if (letter.saslLogin === '') return;
    const at = new Date(this.#now()).toISOString();
    for (const recipient of recipients) {
      this.#lines += 1;
      this.#log.push({
        ...({ v: 1, kind: 'delivery', id: `played-${this.#lines}`, at, mta: this.#mta } as const),
        ...{ queueId: letter.queueId, recipient, result, ...REPLIES[result] },
      });
    }
  }
}

interface Given {
  readonly mta: string;
  /** Address of the API door. */
  readonly api: string;
  readonly state: string;
  readonly now: () => number;
  readonly telemetry: Pick<Telemetry, 'warn' | 'info'>;
  /** Delivered after it had waited: released by a person, or a notification. */
  readonly onLate: (letter: QueuedLetter) => void;
}
