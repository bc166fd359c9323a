/**
 * The peer of the policy door: a plain Node responder that parses every attribute into an object
 * and answers DUNNO. Run by itself it listens on 127.0.0.1, port 0 or the first argument.
 */
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';

const ANSWER = 'action=DUNNO\n\n';

/** Every attribute of one request. */
export function parseAttributes(request: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const line of request.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) attributes[line.slice(0, equals)] = line.slice(equals + 1);
  }
  return attributes;
}

/** Listens on loopback; resolves with the address. */
export async function openNullResponder(port = 0): Promise<{ server: Server; address: string }> {
  const server = createServer({ noDelay: true }, (socket) => {
    let left = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      left += chunk.toString('utf8');
      let answers = '';
      for (let end = left.indexOf('\n\n'); end >= 0; end = left.indexOf('\n\n')) {
        const attributes = parseAttributes(left.slice(0, end));
        left = left.slice(end + 2);
        if (attributes['request'] === 'smtpd_access_policy') answers += ANSWER;
      }
      if (answers !== '') socket.write(answers);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('The responder has no port.');
  return { server, address: `127.0.0.1:${bound.port}` };
}

if (import.meta.main) {
  const { address } = await openNullResponder(Number(process.argv[2] ?? 0));
  console.log(address);
}
