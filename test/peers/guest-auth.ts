/** Who tells Postfix that `guest` may log in with the password `guest` (Dovecot's auth protocol). */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

const HELLO = [
  'VERSION\t1\t1',
  'MECH\tPLAIN\tplaintext',
  'MECH\tLOGIN\tplaintext',
  ...['SPID\t1', 'CUID\t1', `COOKIE\t${'0123456789abcdef'.repeat(2)}`, 'DONE'],
].join('\n');

function answer(line: string): string {
  const [verb, id = '', ...fields] = line.split('\t');
  if (verb !== 'AUTH') return '';
  const response = fields.find((field) => field.startsWith('resp='))?.slice('resp='.length) ?? '';
  const words = Buffer.from(response, 'base64').toString().split('\0').slice(1);
  return words.join(' ') === 'guest guest' ? `OK\t${id}\tuser=guest\n` : `FAIL\t${id}\n`;
}

export async function startGuestAuth(): Promise<{ path: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(`${HELLO}\n`);
    let text = '';
    socket.on('data', (bytes) => {
      const lines = `${text}${bytes.toString()}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) socket.write(answer(line));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    path: `inet:127.0.0.1:${port}`,
    async stop() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
