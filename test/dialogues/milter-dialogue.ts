/**
 * Dialogue files of the milter door, in `milter/`. The same marks as in dialogue.ts; what is said
 * and answered are packets, written as words:
 *
 *   -> NEGOTIATE 6 0x1ff 0x1fffff          version, actions, steps
 *   -> MACRO MAIL i=4Zx {auth_authen}=ann@example.org
 *   -> CONNECT client.test 4 40001 192.0.2.7
 *   -> HELO client.test    MAIL <a@x> SIZE=9    RCPT <b@y>    DATA    UNKNOWN text
 *   -> HEADER Subject: x   (\n, \t, \0 and \xNN inside)    EOH    BODY text    EOM    ABORT
 *   -> QUIT    QUIT_NC    BODY*65536       so many bytes of body
 *   -> BYTES 00 00 00 01 5a                anything
 *   <- continue   accept   tempfail   skip   progress   reply 550 5.7.1 text   quarantine text
 *   <- sender <a@x>         the envelope sender with which it goes on
 *   <- insert 1 Name: value   change 1 Name: value   remove 2 Name   agree 6 0x131 0x1c0780
 *   -- closed              the door has ended the connection
 *   -- end                 the MTA ends it, and waits until the door does too
 */
import { createConnection, type Socket } from 'node:net';
import {
  mustBeJudged,
  mustMatch,
  nextJudged,
  until,
  type Dialogue,
  type Partner,
} from './dialogue.ts';

const LETTERS: Readonly<Record<string, string>> = {
  ABORT: 'A',
  BODY: 'B',
  CONNECT: 'C',
  DATA: 'T',
  EOH: 'N',
  EOM: 'E',
  HEADER: 'L',
  HELO: 'H',
  MACRO: 'D',
  MAIL: 'M',
  NEGOTIATE: 'O',
  QUIT: 'Q',
  QUIT_NC: 'K',
  RCPT: 'R',
  UNKNOWN: 'U',
};

const REPLIES: Readonly<Record<string, string>> = {
  a: 'accept',
  c: 'continue',
  p: 'progress',
  s: 'skip',
  t: 'tempfail',
};

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function unescaped(text: string): string {
  return text
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\0', '\0')
    .replaceAll(/\\x([0-9a-f]{2})/gi, (_all, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
}

function dataOf(word: string, rest: string): Buffer {
  const words = rest === '' ? [] : rest.split(' ');
  switch (word) {
    case 'NEGOTIATE':
      return Buffer.concat(words.map((number) => u32(Number(number))));
    case 'MACRO': {
      const [stage = '', ...pairs] = words;
      const texts = pairs.map((pair) => `${pair.replace('=', '\0')}\0`);
      return Buffer.from((LETTERS[stage] ?? '?') + texts.join(''));
    }
    case 'CONNECT': {
      const [name = '', family = 'U', port = '0', address = ''] = words;
      const head = Buffer.from(`${name}\0${family}`);
      const numbers = Buffer.from([Number(port) >> 8, Number(port) & 255]);
      return Buffer.concat([head, numbers, Buffer.from(`${address}\0`)]);
    }
    case 'HEADER': {
      const colon = rest.indexOf(':');
      return Buffer.from(
        unescaped(`${rest.slice(0, colon)}\0${rest.slice(colon + 1)}\0`),
        'latin1',
      );
    }
    case 'BODY':
    case 'EOM':
      return Buffer.from(unescaped(rest), 'latin1');
    default:
      return Buffer.from(words.map((text) => `${text}\0`).join(''));
  }
}

/** One packet as it is written in a dialogue. */
export function packetOf(text: string): Buffer {
  const space = text.indexOf(' ');
  const word = space < 0 ? text : text.slice(0, space);
  const rest = space < 0 ? '' : text.slice(space + 1);
  if (word === 'BYTES') return Buffer.from(rest.replaceAll(' ', ''), 'hex');
  const many = /^BODY\*(\d+)$/.exec(word)?.[1];
  const letter = LETTERS[many === undefined ? word : 'BODY'];
  if (letter === undefined) throw new Error(`There is no packet ${word}.`);
  const data = many === undefined ? dataOf(word, rest) : Buffer.alloc(Number(many), 'x');
  return Buffer.concat([u32(data.length + 1), Buffer.from(letter), data]);
}

/** A reply in words. */
export function wordsOf(command: string, data: Buffer): string {
  const plain = REPLIES[command];
  if (plain !== undefined && data.length === 0) return plain;
  const text = data.toString('latin1').replace(/\0$/, '');
  const shown = (value: string): string => value.replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  if (command === 'y') return `reply ${text.replaceAll('\r\n', '\\n')}`;
  if (command === 'q') return `quarantine ${text}`;
  if (command === 'e') return `sender ${text}`;
  if (command === 'O') {
    const [version, actions, steps] = [0, 4, 8].map((at) => data.readUInt32BE(at));
    return `agree ${version} 0x${actions?.toString(16)} 0x${steps?.toString(16)}`;
  }
  const [name = '', value = ''] = data.toString('latin1', 4).split('\0');
  const index = data.length < 4 ? 0 : data.readUInt32BE(0);
  if (command === 'i') return `insert ${index} ${name}:${shown(value)}`;
  if (command === 'm') {
    return value === '' ? `remove ${index} ${name}` : `change ${index} ${name}:${shown(value)}`;
  }
  return `${command} ${text}`;
}

/** One milter connection as an MTA has it. */
export class MilterClient {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #isClosed = false;

  constructor(address: string) {
    const at = address.lastIndexOf(':');
    this.socket = address.startsWith('unix:')
      ? createConnection({ path: address.slice('unix:'.length) })
      : createConnection({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
    this.socket.on('data', (chunk: Buffer) => (this.#bytes = Buffer.concat([this.#bytes, chunk])));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.#isClosed = true));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Bytes received and not taken yet. */
  get received(): number {
    return this.#bytes.length;
  }

  say(...packets: readonly string[]): void {
    this.socket.write(Buffer.concat(packets.map(packetOf)));
  }

  /** A piece of the body as it is, which words could not say. */
  sendBody(piece: Uint8Array): void {
    const head = Buffer.from([0, 0, 0, 0, 0x42]);
    head.writeUInt32BE(piece.length + 1);
    this.socket.write(Buffer.concat([head, piece]));
  }

  /** Takes one reply in words, waiting for it; `undefined` when the connection ends without one. */
  async reply(): Promise<string | undefined> {
    const isComplete = (): boolean =>
      this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt32BE(0);
    await until(() => isComplete() || this.#isClosed, 'a reply');
    if (!isComplete()) return undefined;
    const end = 4 + this.#bytes.readUInt32BE(0);
    const said = wordsOf(String.fromCharCode(this.#bytes[4] ?? 0), this.#bytes.subarray(5, end));
    this.#bytes = this.#bytes.subarray(end);
    return said;
  }

  async end(): Promise<void> {
    this.socket.end();
    await until(() => this.#isClosed, 'the end of the connection');
  }
}

/** Holds a dialogue. @throws Error that names the line where it went another way. */
export async function holdMilter(dialogue: Dialogue, partner: Partner): Promise<void> {
  const clients = new Map<string, MilterClient>();
  let name = 'first';
  let judgedSoFar = 0;
  const client = (): MilterClient => {
    const found = clients.get(name) ?? new MilterClient(partner.address);
    clients.set(name, found);
    return found;
  };
  try {
    for (const step of dialogue.steps) {
      if (step.kind === 'say') client().say(step.text);
      else if (step.kind === 'expect') mustMatch(step, await client().reply());
      else if (step.kind === 'judged') {
        mustBeJudged(step, await nextJudged(partner, judgedSoFar, step.text === 'nothing'));
        if (step.text !== 'nothing') judgedSoFar += 1;
      } else if (step.text.startsWith('connection ')) name = step.text.slice('connection '.length);
      else {
        if (step.text === 'closed') await until(() => client().isClosed, 'the door to end it');
        else await client().end();
        if (client().received > 0) throw new Error(`Line ${step.line}: more was answered.`);
        clients.delete(name);
      }
    }
  } finally {
    for (const open of clients.values()) open.socket.destroy();
  }
}
