/**
 * Dialogue files: what is said to the policy door and what it answers, line by line.
 *
 *   # why                    a comment
 *   @ name value             an option of the door, before the first line said
 *   -> line                  said; `->` alone is the blank line. Lines up to the next other kind
 *                            go out in one write, so requests in a row are pipelined
 *   <- line                  expected; `*` stands for anything
 *   -- reconnect             a new connection, after the old one is closed
 *   -- connection name       goes on with the connection of that name, opened when it is new
 *   -- end                   says no more on this connection, and waits until it is closed
 *   == account=a recipients=2 abandoned    the next submission that was judged
 *   == nothing               no further submission was judged
 */
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubmissionEvent } from '../../src/core/event.ts';
import { recipientCount } from '../../src/core/event.ts';

export interface Step {
  readonly kind: 'say' | 'expect' | 'connection' | 'judged';
  readonly text: string;
  readonly line: number;
}

export interface Dialogue {
  readonly options: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** What a dialogue is held with: the door's address and what was judged behind it. */
export interface Partner {
  readonly address: string;
  /** Every submission judged since the start, in order. */
  judged(): readonly SubmissionEvent[];
}

const KINDS: Readonly<Record<string, Step['kind']>> = {
  '->': 'say',
  '<-': 'expect',
  '--': 'connection',
  '==': 'judged',
};

const PATIENCE_MS = 30_000;

/** Reads a dialogue file. @throws Error that names the line when it is not understood. */
export function parseDialogue(text: string): Dialogue {
  const options: Record<string, string> = {};
  const steps: Step[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const body = line.slice(3);
    const kind = KINDS[line.slice(0, 2)];
    if (line.startsWith('@ ')) {
      const [name = '', ...value] = line.slice(2).split(' ');
      options[name] = value.join(' ');
    } else if (kind === undefined || (line.length > 2 && line[2] !== ' ')) {
      throw new Error(`Line ${index + 1} is not part of a dialogue: ${line}`);
    } else steps.push({ kind, text: body, line: index + 1 });
  }
  return { options, steps };
}

/** Opens `host:port` or `unix:/path` and collects what comes. */
export class Client {
  readonly socket: Socket;
  #text = '';
  #isClosed = false;

  constructor(address: string) {
    const at = address.lastIndexOf(':');
    this.socket = address.startsWith('unix:')
      ? createConnection({ path: address.slice('unix:'.length) })
      : createConnection({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
    this.socket.on('data', (chunk: Buffer) => (this.#text += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.#isClosed = true));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Received and not taken yet. */
  get received(): string {
    return this.#text;
  }

  /** Takes one line, waiting for it; `undefined` when the connection ends without one. */
  async line(): Promise<string | undefined> {
    await until(() => this.#text.includes('\n') || this.#isClosed, 'an answer');
    const end = this.#text.indexOf('\n');
    if (end < 0) return undefined;
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** Says no more, and waits until the other side has ended too. */
  async end(): Promise<void> {
    this.socket.end();
    await until(() => this.#isClosed, 'the end of the connection');
  }
}

/** Waits for a condition. @throws Error that names it when it does not come true. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms in vain for ${what}.`);
    await sleep(2);
  }
}

/** Holds a dialogue. @throws Error that names the line where it went another way. */
export async function hold(dialogue: Dialogue, partner: Partner): Promise<void> {
  const clients = new Map<string, Client>();
  let name = 'first';
  let judgedSoFar = 0;
  let pending = '';
  const client = () => {
    const found = clients.get(name) ?? new Client(partner.address);
    clients.set(name, found);
    return found;
  };
  const say = () => {
    if (pending !== '') client().socket.write(pending);
    pending = '';
  };
  try {
    for (const step of dialogue.steps) {
      if (step.kind === 'say') {
        pending += `${step.text}\n`;
        continue;
      }
      say();
      if (step.kind === 'expect') mustMatch(step, await client().line());
      else if (step.kind === 'judged') {
        mustBeJudged(step, await nextJudged(partner, judgedSoFar, step.text === 'nothing'));
        if (step.text !== 'nothing') judgedSoFar += 1;
      } else if (step.text.startsWith('connection ')) name = step.text.slice('connection '.length);
      else {
        await client().end();
        if (client().received !== '') throw new Error(`Line ${step.line}: more was answered.`);
        clients.delete(name);
      }
    }
    say();
  } finally {
    for (const open of clients.values()) open.socket.destroy();
  }
}

export async function nextJudged(
  partner: Partner,
  index: number,
  isLast: boolean,
): Promise<SubmissionEvent | undefined> {
  if (!isLast) await until(() => partner.judged().length > index, 'a judged submission');
  return partner.judged()[index];
}

export function mustMatch(step: Step, line: string | undefined): void {
  const parts = step.text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  if (line === undefined || !new RegExp(`^${parts.join('.*')}$`).test(line)) {
    throw new Error(
      `Line ${step.line}: expected "${step.text}", got ${line === undefined ? 'the end' : `"${line}"`}.`,
    );
  }
}

export function mustBeJudged(step: Step, event: SubmissionEvent | undefined): void {
  const expected = step.text;
  const actual = event === undefined ? 'nothing' : describeJudged(event, expected);
  if (actual !== expected) {
    throw new Error(`Line ${step.line}: expected "${expected}" to be judged, got "${actual}".`);
  }
}

/** The event in the words of the expectation: the same fields, in the same order. */
function describeJudged(event: SubmissionEvent, expected: string): string {
  const fields = new Map<string, unknown>(Object.entries(event));
  fields.set('recipients', recipientCount(event));
  fields.set('named', event.envelopeRecipients.join(','));
  fields.set('refused', event.refusedRecipients?.join(','));
  const words = expected === 'nothing' ? ['account'] : expected.split(' ');
  const said = words.map((word) => {
    const name = word.split('=')[0] ?? '';
    if (!word.includes('=')) return event.abandoned === true ? word : `not-${word}`;
    return `${name}=${JSON.stringify(fields.get(name) ?? '-').replace(/^"|"$/g, '')}`;
  });
  if (event.abandoned === true && !words.includes('abandoned')) said.push('abandoned');
  return said.join(' ');
}
