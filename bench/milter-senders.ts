/**
 * Big messages for a milter over its unix socket, as Postfix hands them on: several connections send
 * one after the other without a pause. Postfix itself is left out, for with ten such messages it
 * keeps every core busy. Works in a thread of its own.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { END_OF_MESSAGE, LAST_WORDS, packet, packetReader } from './milter-packets.ts';
import { prose } from './prose.ts';

export interface SendersLoad {
  readonly socket: string;
  readonly connections: number;
  readonly sizeBytes: number;
  /** A text of words instead of an attachment in base64; each message another one. */
  readonly isText?: boolean;
}

export interface MilterSenders {
  /** Resolves with the number of messages that passed, once those under way have. */
  stop(): Promise<number>;
}

/** Resolves when the first pieces are sent. */
export async function startMilterSenders(load: SendersLoad): Promise<MilterSenders> {
  const worker = new Worker(new URL(import.meta.url), { workerData: load });
  await once(worker, 'message');
  return {
    stop: async () => {
      worker.postMessage('stop');
      const [passed] = (await once(worker, 'message')) as [number];
      await worker.terminate();
      return passed;
    },
  };
}

/** What Postfix 3.7 offers: version 6, all actions, all steps. */
const OFFER = packet('O', '\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff');
const CONNECT = packet('C', 'client.bench.test\x004\x30\x39127.0.0.1\0');
const PIECE_BYTES = 65_535;
const LINE_BYTES = 57;

/** A piece of an attachment in base64. */
function makePiece(): Buffer {
  const lines: string[] = [];
  for (let size = 0; size < PIECE_BYTES; size += 78) {
    lines.push(randomBytes(LINE_BYTES).toString('base64'));
  }
  return packet('B', lines.join('\r\n').slice(0, PIECE_BYTES - 2) + '\r\n');
}

/** A text of its own for each number. */
function textPiece(number: number, sizeBytes: number): Buffer {
  return packet('B', prose(Math.min(sizeBytes, PIECE_BYTES) - 100, number));
}

function headersOf(number: string, isText: boolean): Buffer {
  const fields = [
    ['From', 'ann@bench.test'],
    ['To', 'a@dest.test'],
    ['Subject', `message ${number}`],
    ['Date', 'Sat, 21 Nov 2026 05:00:00 +0000'],
    ['Message-ID', `<${number}@bench.test>`],
    ['MIME-Version', '1.0'],
    ['Content-Type', isText ? 'text/plain' : 'application/octet-stream; name=data.bin'],
    ['Content-Transfer-Encoding', isText ? '7bit' : 'base64'],
  ];
  return Buffer.concat(fields.map(([name, value]) => packet('L', `${name}\0 ${value}\0`)));
}

class Sender {
  readonly #socket: Socket;
  #answered: (() => void) | undefined;

  constructor(path: string) {
    this.#socket = createConnection({ path });
    const read = packetReader((command) => {
      if (command === 'O' || LAST_WORDS.includes(command)) this.#answered?.();
    });
    this.#socket.on('data', read);
  }

  async open(): Promise<void> {
    await this.#ask(OFFER);
    await this.#ask(CONNECT);
  }

  async send(number: string, pieces: readonly Buffer[], isText: boolean): Promise<void> {
    await this.#ask(packet('M', '<ann@bench.test>\0'));
    await this.#ask(packet('R', '<a@dest.test>\0'));
    this.#socket.write(packet('D', `Ti\0bench${number}\0`));
    this.#socket.write(Buffer.concat([packet('T'), headersOf(number, isText), packet('N')]));
    for (const piece of pieces) {
      if (!this.#socket.write(piece)) await once(this.#socket, 'drain');
    }
    await this.#ask(packet(END_OF_MESSAGE));
  }

  close(): void {
    this.#socket.end(packet('Q'));
  }

  #ask(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(bytes);
    });
  }
}

async function run(load: SendersLoad, isOver: () => boolean, begun: () => void): Promise<number> {
  const { isText = false } = load;
  const count = isText ? 0 : Math.ceil(load.sizeBytes / PIECE_BYTES);
  const attachment = Array<Buffer>(count).fill(makePiece());
  const senders = Array.from({ length: load.connections }, () => new Sender(load.socket));
  await Promise.all(senders.map((sender) => sender.open()));
  begun();
  let passed = 0;
  const each = senders.map(async (sender, index) => {
    for (let n = 0; !isOver(); n += 1) {
      const pieces = isText ? [textPiece(n * senders.length + index, load.sizeBytes)] : attachment;
      await sender.send(`${index}x${n}`, pieces, isText);
      passed += 1;
    }
    sender.close();
  });
  await Promise.all(each);
  return passed;
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  let isOver = false;
  port.on('message', () => (isOver = true));
  port.postMessage(
    await run(
      workerData as SendersLoad,
      () => isOver,
      () => port.postMessage('begun'),
    ),
  );
}
