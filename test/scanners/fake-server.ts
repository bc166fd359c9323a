/** A server that misbehaves on purpose, for what real peers never do. */
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FakeServer {
  readonly address: string;
  /** Connections open now. */
  readonly open: () => number;
  /** Connections so far. */
  readonly accepted: () => number;
}

/** Closed when the test ends. */
export async function fakeServer(serve: (socket: Socket) => void): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { address: `127.0.0.1:${port}`, open: () => sockets.size, accepted: () => accepted };
}

/** Calls `answer` once the stream of clamd's protocol has ended with a length of zero. */
export function atEndOfStream(socket: Socket, answer: () => void): void {
  let last = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    last = Buffer.concat([last, bytes.subarray(-4)]).subarray(-4);
    if (last.length === 4 && last.readUInt32BE() === 0) answer();
  });
}
