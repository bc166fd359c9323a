/** Postfix's side of the milter protocol: one SMTP session with one whole message. */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { ACTION, COMMAND } from '../../src/protocol/milter.ts';
import { MilterReader, type MilterPacket } from '../../src/protocol/milter-reader.ts';
import { formatPacket } from '../../src/protocol/milter-replies.ts';

export interface Letter {
  readonly account: string;
  readonly clientAddress: string;
  readonly heloName?: string;
  readonly recipients: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** ASCII, as all of it; lines end in CRLF. */
  readonly body: string;
}

export interface Fate {
  readonly kind: 'let out' | 'held' | 'refused';
  /** What the client or the hold queue is told; empty for what was let out. */
  readonly told: string;
  readonly queueId: string;
  /** Header fields that were put in. */
  readonly added: ReadonlyMap<string, string>;
}

/** No steps are offered, so the door answers everything and each packet has its reply. */
const OFFER = [6, ACTION.addHeaders | ACTION.changeHeaders | ACTION.quarantine, 0];

const REPLY = { addHeader: 'h', insertHeader: 'i', quarantine: 'q', replyCode: 'y', accept: 'a' };
const INDEX_BYTES = 4;
const FIRST_PORT = 40_000;

let sessions = 0;

/** Sends one letter through the door. */
export async function sendLetter(door: string, letter: Letter): Promise<Fate> {
  const [host = '', port = ''] = door.split(':');
  const socket = createConnection({ host, port: Number(port), noDelay: true });
  try {
    await once(socket, 'connect');
    return await hold(new Session(socket), letter);
  } finally {
    socket.destroy();
  }
}

async function hold(session: Session, letter: Letter): Promise<Fate> {
  sessions += 1;
  await session.ask(COMMAND.negotiate, OFFER.map(u32).join(''));
  session.macros(COMMAND.connect, { j: 'mail.example.org', '{daemon_name}': 'submission' });
  const clientPort = FIRST_PORT + (sessions % 20_000);
  const where = `${u32(clientPort).slice(2)}${letter.clientAddress}\0`;
  await session.ask(COMMAND.connect, `unknown\x004${where}`);
  session.macros(COMMAND.helo, { '{tls_version}': 'TLSv1.3' });
  await session.ask(COMMAND.helo, `${letter.heloName ?? 'client.example'}\0`);
  const queueId = `4DEMM${String(sessions).padStart(7, '0')}`;
  const auth = { '{auth_type}': 'PLAIN', '{auth_authen}': letter.account };
  session.macros(COMMAND.mail, { i: queueId, '{tls_version}': 'TLSv1.3', ...auth });
  const envelope: [number, string][] = [
    [COMMAND.mail, `<${letter.account}>\0`],
    ...letter.recipients.map((to): [number, string] => [COMMAND.rcpt, `<${to}>\0`]),
  ];
  const message: [number, string][] = [
    [COMMAND.data, ''],
    ...letter.headers.map(([name, value]): [number, string] => [
      COMMAND.header,
      `${name}\0${value}\0`,
    ]),
    [COMMAND.endOfHeaders, ''],
    [COMMAND.body, letter.body],
  ];
  for (const [command, data] of [...envelope, ...message]) {
    const { letter: reply, text } = await session.ask(command, data);
    if (reply === REPLY.replyCode)
      return { kind: 'refused', told: text, queueId, added: new Map() };
  }
  return { ...(await session.end()), queueId };
}

interface Reply {
  /** Of the packet. */
  readonly letter: string;
  readonly text: string;
}

class Session {
  readonly #socket: Socket;
  readonly #reader = new MilterReader();
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      this.#wake();
    });
    socket.once('close', () => this.#wake());
  }

  macros(stage: number, pairs: Readonly<Record<string, string>>): void {
    const texts = Object.entries(pairs).map(([name, value]) => `${name}\0${value}\0`);
    this.#write(COMMAND.macro, String.fromCharCode(stage) + texts.join(''));
  }

  ask(command: number, data: string): Promise<Reply> {
    this.#write(command, data);
    return this.#reply();
  }

  /** The end of the message, and everything that is answered to it. */
  async end(): Promise<Omit<Fate, 'queueId'>> {
    this.#write(COMMAND.endOfMessage, '');
    const added = new Map<string, string>();
    let held: string | undefined;
    for (;;) {
      const { letter, text } = await this.#reply();
      if (letter === REPLY.replyCode) return { kind: 'refused', told: text, added };
      if (letter === REPLY.quarantine) held = text;
      if (letter === REPLY.insertHeader || letter === REPLY.addHeader) {
        const [name = '', value = ''] = text.slice(letter === 'i' ? INDEX_BYTES : 0).split('\0');
        added.set(name, value);
      }
      if (letter !== REPLY.accept) continue;
      return { kind: held === undefined ? 'let out' : 'held', told: held ?? '', added };
    }
  }

  #write(command: number, data: string): void {
    this.#socket.write(formatPacket(String.fromCharCode(command), data), 'latin1');
  }

  async #reply(): Promise<Reply> {
    for (;;) {
      const packet = this.#reader.next();
      if (packet?.ok === true) return replyOf(packet);
      if (packet !== undefined) throw new Error(`The milter door said nonsense: ${packet.reason}.`);
      if (this.#socket.destroyed) throw new Error('The milter door hung up.');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function replyOf({ command, data }: MilterPacket): Reply {
  const text = data.toString('latin1').replace(/\0$/, '');
  return { letter: String.fromCharCode(command), text };
}

function u32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('latin1');
}
