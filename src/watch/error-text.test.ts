/** OWN-5, OWN-12, OWN-13: what went wrong with TLS is a sentence, and the same at each look. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { planOf } from '../../test/watch/plan.ts';
import { errorText } from './error-text.ts';
import { fetchPage } from './fetch-page.ts';
import { createScope } from './scope.ts';
import { openDialogue } from './smtp-dialogue.ts';
import type { Tools } from './contract.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  sockets.forEach((socket) => socket.destroy());
  sockets.clear();
  servers.splice(0).forEach((server) => server.close());
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What comes back to whatever is said first. */
const answering = (bytes: string | Uint8Array): Server =>
  createServer((socket) => void socket.once('data', () => socket.end(bytes)));
const alert = (number: number): Server => answering(Uint8Array.of(0x15, 3, 3, 0, 2, 2, number));

async function page(server: Server, scheme = 'https') {
  const scope = createScope(planOf({ networks: ['127.0.0.0/8'] }));
  const url = `${scheme}://127.0.0.1:${await portOf(server)}/`;
  return fetchPage(url, { scope, dns: undefined as unknown as Tools['dns'] });
}

/** As OpenSSL writes it: where in memory, its code, where in its source. */
const raw = (code: string, reason: string): string =>
  `write EPROTO 40DDEF8A3B7F0000:error:${code}:SSL routines:ssl3_get_record:${reason}:../ssl/record/ssl3_record.c:354:\n`;

describe('of a page', () => {
  it.each<[string, Server, string | RegExp]>([
    [
      'a server in the clear',
      answering('HTTP/1.0 400 Bad\r\n\r\n'),
      'the server does not speak TLS there',
    ],
    [
      'one of old versions only',
      createTlsServer({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }),
      'the server speaks no version of TLS that is still good (1.2 and later)',
    ],
    [
      'one without a certificate',
      createTlsServer(),
      'the server agrees to no cipher, or has no certificate',
    ],
    [
      'one with a fault',
      alert(80),
      'the server has a fault of its own (TLS alert: internal error)',
    ],
    [
      'one for other names',
      alert(112),
      'the server knows no host of that name (TLS alert: unrecognized name)',
    ],
    [
      'one that says what has no words here',
      alert(20),
      /^TLS ended with ".*alert bad record mac"$/,
    ],
  ])('%s is told in words', async (_, server, why) => {
    const words = typeof why === 'string' ? why : (expect.stringMatching(why) as string);
    expect(await page(server)).toEqual({ kind: 'failed', why: words });
  });

  it('a server of something else is told in words', async () => {
    const why = 'what the server answers is no HTTP';
    expect(await page(answering('220 mx.house.test ESMTP\r\n'), 'http')).toEqual({
      kind: 'failed',
      why,
    });
  });
});

it('OWN-5: of a mail server that goes on in the clear after STARTTLS is told in words', async () => {
  const server = createServer((socket) => {
    socket.write('220 mx.house.test ESMTP\r\n');
    socket.on('data', () => socket.write('220 go on\r\n'));
  });
  const port = await portOf(server);
  const dialogue = await openDialogue({ address: '127.0.0.1', port, timeoutMs: 5_000 });
  await dialogue.command('STARTTLS');
  await expect(dialogue.startTls('mx.house.test')).rejects.toThrow(
    /^TLS failed: the server does not speak TLS there$/,
  );
});

describe('what OpenSSL says', () => {
  it.each([
    ['0A00010B', 'wrong version number', 'the server does not speak TLS there'],
    ['0A0000C6', 'packet length too long', 'the server does not speak TLS there'],
    ['0A000126', 'unexpected eof while reading', 'the server hung up in the middle of TLS'],
    ['0A00018A', 'dh key too small', /key that is too short/],
    ['0A000102', 'unsupported protocol', /no version of TLS/],
    ['0A0000C1', 'no shared cipher', /no cipher/],
    ['0A0003FF', 'something new', 'TLS ended with "something new"'],
  ])('is a sentence without places in memory and source: %s', (code, reason, text) => {
    const said = errorText(new Error(raw(code, reason)));
    if (typeof text === 'string') expect(said).toBe(text);
    else expect(said).toMatch(text);
    expect(said).not.toMatch(/EPROTO|[0-9A-F]{16}|routines|\.c\b/);
  });

  it('loses what Node says to programmers', () => {
    const text =
      'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca';
    expect(errorText(new Error(text))).toBe('self-signed certificate');
  });

  it('stays what it is where it is nothing of TLS', () => {
    expect(errorText(new Error('connect ECONNREFUSED 192.0.2.1:25'))).toBe(
      'connect ECONNREFUSED 192.0.2.1:25',
    );
  });
});
