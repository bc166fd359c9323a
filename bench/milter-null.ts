/**
 * The peer of the milter door: an empty Node milter that asks for the same replies as ours does over
 * a unix socket and accepts every message. `node bench/milter-null.ts SOCKET_PATH`
 */
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';

const CONTINUE = Buffer.from('\0\0\0\x01c', 'latin1');
const ACCEPT = Buffer.from('\0\0\0\x01a', 'latin1');
// Version 6; the actions and steps of src/doors/milter/wishes.ts over a unix socket.
const AGREED = Buffer.from('\0\0\0\x0dO\0\0\0\x06\0\0\x01\x31\0\x1d\x25\x80', 'latin1');

const ANSWERS = new Map<string, Buffer>([
  ['O', AGREED],
  ['C', CONTINUE],
  ['M', CONTINUE],
  ['R', CONTINUE],
  ['E', ACCEPT],
]);

const path = process.argv[2] ?? '';
const server = createServer((socket) => {
  let left: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    let bytes = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    while (bytes.length >= 5) {
      const length = bytes.readUInt32BE(0);
      if (bytes.length < 4 + length) break;
      const command = String.fromCharCode(bytes[4] ?? 0);
      if (command === 'Q') socket.end();
      const answer = ANSWERS.get(command);
      if (answer !== undefined) socket.write(answer);
      bytes = bytes.subarray(4 + length);
    }
    left = bytes;
  });
});
server.listen(path);
await once(server, 'listening');
chmodSync(path, 0o666);
console.log(path);
