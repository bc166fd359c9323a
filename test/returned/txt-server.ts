/** A DNS server on loopback that knows TXT records, and says nothing at all when told so. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface TxtServer {
  /** `host:port`. */
  readonly address: string;
  /** Names that were asked for. */
  readonly asked: string[];
  isSilent: boolean;
  close(): void;
}

const TXT = 16;

export async function startTxtServer(
  records: Readonly<Record<string, string>>,
): Promise<TxtServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const asked: string[] = [];
  const server: TxtServer = {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    isSilent: false,
    close: () => void socket.close(),
  };
  socket.on('message', (query, from) => {
    const { name, end } = questionOf(query);
    asked.push(name);
    if (server.isSilent) return;
    const text = records[name];
    const head = Buffer.from(query.subarray(0, 12));
    // RFC 1035 section 4.1.1: an answer, recursion available; 3 is "no such name".
    head.writeUInt16BE(text === undefined ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(text === undefined ? 0 : 1, 6);
    head.writeUInt32BE(0, 8);
    const answer = text === undefined ? Buffer.alloc(0) : answerOf(text);
    socket.send(Buffer.concat([head, query.subarray(12, end), answer]), from.port, from.address);
  });
  return server;
}

function questionOf(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

function answerOf(text: string): Buffer {
  const strings = (text.match(/.{1,255}/g) ?? []).map((piece) =>
    Buffer.concat([Buffer.of(piece.length), Buffer.from(piece)]),
  );
  const data = Buffer.concat(strings);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(TXT, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
