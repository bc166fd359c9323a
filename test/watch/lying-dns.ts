/** A name server that says whatever a test wants, over UDP and TCP. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Question {
  readonly name: string;
  /** 1 A, 5 CNAME, 16 TXT, 28 AAAA … */
  readonly type: number;
}

export interface Answer {
  readonly type: number;
  readonly data: Buffer;
  /** Whose it is; else that of the question. */
  readonly owner?: string;
}

/**
 * `silent` says nothing, `garbage` no DNS but the id; the next are codes, a list is what there is, and bytes are
 * sent as they are.
 */
export type Reply = 'silent' | 'garbage' | keyof typeof CODES | readonly Answer[] | Buffer;

const CODES = { refused: 5, servfail: 2, none: 3, formerr: 1 } as const;
const GARBAGE = Buffer.alloc(300, 0xff);

export const txt = (text: string): Answer => {
  const pieces = text.match(/.{1,255}/gs) ?? [''];
  const data = Buffer.concat(
    pieces.map((p) => Buffer.concat([Buffer.from([p.length]), Buffer.from(p)])),
  );
  return { type: 16, data };
};
export const a = (address: string): Answer => ({
  type: 1,
  data: Buffer.from(address.split('.').map(Number)),
});
export const aaaa = (hex: string): Answer => ({ type: 28, data: Buffer.from(hex, 'hex') });
export const ns = (name: string): Answer => ({ type: 2, data: encodeName(name) });
export const ptr = (name: string): Answer => ({ type: 12, data: encodeName(name) });
export const mx = (priority: number, name: string): Answer => ({
  type: 15,
  data: Buffer.concat([Buffer.from([priority >> 8, priority & 255]), encodeName(name)]),
});
/** The serial is 1. */
export const soa = (name: string): Answer => {
  const numbers = Buffer.alloc(20);
  numbers.writeUInt32BE(1, 0);
  return { type: 6, data: Buffer.concat([encodeName(name), encodeName(name), numbers]) };
};
export const cname = (name: string): Answer => ({ type: 5, data: encodeName(name) });

function encodeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function readQuestion(packet: Buffer): { question: Question; end: number } {
  const labels: string[] = [];
  let at = 12;
  while (packet[at] !== 0) {
    const length = packet[at] ?? 0;
    labels.push(packet.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { question: { name: labels.join('.'), type: packet.readUInt16BE(at + 1) }, end: at + 5 };
}

export function respond(packet: Buffer, reply: Exclude<Reply, 'silent'>): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  if (reply === 'garbage') return Buffer.concat([packet.subarray(0, 2), GARBAGE]);
  const { end } = readQuestion(packet);
  const records = typeof reply === 'string' ? [] : reply;
  const head = Buffer.alloc(12);
  packet.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | (typeof reply === 'string' ? CODES[reply] : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  const parts = records.map(({ type, data, owner }) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(type, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(60, 4);
    fixed.writeUInt16BE(data.length, 8);
    const name = owner === undefined ? Buffer.from([0xc0, 12]) : encodeName(owner);
    return Buffer.concat([name, fixed, data]);
  });
  return Buffer.concat([head, packet.subarray(12, end), ...parts]);
}

export interface LyingOptions {
  /** How late each answer over UDP comes. */
  readonly delayMs?: number;
  /** Answers over UDP come from here, too, at the same port. */
  readonly alsoAt?: string;
}

export async function startLyingDns(
  say: (question: Question, packet: Buffer, over: 'udp' | 'tcp') => Reply,
  { delayMs = 0, alsoAt }: LyingOptions = {},
) {
  const open = async (address: string, port: number) => {
    const udp = createSocket('udp4');
    udp.on('message', (packet, from) => {
      const reply = say(readQuestion(packet).question, packet, 'udp');
      if (reply === 'silent') return;
      let answer = respond(packet, reply);
      if (answer.length > 1_200 && !Buffer.isBuffer(reply)) {
        answer = respond(packet, []);
        answer[2] = (answer[2] ?? 0) | 0x02;
      }
      const send = (): void => udp.send(answer, from.port, from.address);
      if (delayMs === 0) send();
      else setTimeout(send, delayMs);
    });
    udp.bind(port, address);
    await once(udp, 'listening');
    return udp;
  };
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const packet = bytes.subarray(2);
      const reply = say(readQuestion(packet).question, packet, 'tcp');
      if (reply === 'silent') return;
      const answer = respond(packet, reply);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    });
  });
  const udp = await openBoth(() => open('127.0.0.1', 0), tcp);
  const { port } = udp.address();
  const second = alsoAt === undefined ? undefined : await open(alsoAt, port);
  return {
    server: `127.0.0.1:${port}`,
    async close() {
      sockets.forEach((socket) => socket.destroy());
      tcp.close();
      udp.close();
      second?.close();
      await Promise.all([once(tcp, 'close'), once(udp, 'close').catch(() => undefined)]);
    },
  };
}

const PORT_TRIES = 20;

/** UDP and TCP on one port; one that UDP finds free may be taken for TCP. */
async function openBoth(openUdp: () => Promise<UdpSocket>, tcp: Server): Promise<UdpSocket> {
  for (let tries = 1; ; tries += 1) {
    const udp = await openUdp();
    try {
      tcp.listen(udp.address().port, '127.0.0.1');
      await once(tcp, 'listening');
      return udp;
    } catch (error) {
      udp.close();
      if (tries === PORT_TRIES) throw error;
    }
  }
}
