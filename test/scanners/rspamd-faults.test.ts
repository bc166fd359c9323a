/** What calls itself rspamd and does not behave like it, through a real socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MAX_REPLY_BYTES } from '../../src/scanners/engines/rspamd-reply.ts';
import type { ScanLimits } from '../../src/scanners/engine.ts';
import { openScanners } from '../../src/scanners/open-scanners.ts';
import { until } from '../peers/run.ts';
import { fakeServer } from './fake-server.ts';
import { ENVELOPE, LIMITS, feed, listener, message, scan } from './helper.ts';

const MIB = 1024 * 1024;

function open(address: string, changes: Partial<ScanLimits> & { readonly password?: string } = {}) {
  const heard = listener();
  const opened = openScanners({ rspamd: { address, ...LIMITS, ...changes } }, heard, () => 0);
  onTestFinished(() => opened.close());
  return { heard, scanner: opened.scanners[0]! };
}

/** Reads the request to its end, then answers. */
async function serving(handler: RequestListener, socketPath?: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      handler(request, response);
    });
  });
  await new Promise<void>((resolve) => {
    const listening = (): void => {
      resolve();
    };
    if (socketPath === undefined) server.listen(0, '127.0.0.1', listening);
    else server.listen(socketPath, listening);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  if (socketPath !== undefined) return `unix:${socketPath}`;
  const bound = server.address();
  return `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
}

/** Once the last chunk of a request has come. */
function atEndOfRequest(socket: Socket, answer: () => void): void {
  let last = '';
  socket.on('data', (bytes: Buffer) => {
    last = (last + bytes.toString('latin1')).slice(-5);
    if (last === '0\r\n\r\n') answer();
  });
}

// prettier-ignore
const replies = [
  // body                                                         finding
  ['not JSON',                                                    'incoherent answer'],
  ['',                                                            'incoherent answer'],
  ['[]',                                                          'incoherent answer'],
  ['null',                                                        'incoherent answer'],
  ['{"score":1}',                                                 'incoherent answer'],
  ['{"action":"reject"}',                                         'incoherent answer'],
  ['{"action":7,"score":1}',                                      'incoherent answer'],
  ['{"action":"reject","score":"15"}',                            'incoherent answer'],
  ['{"action":"reject","score":1e999}',                           'incoherent answer'],
  [`{"action":"reject","score":1,"x":"${'x'.repeat(MAX_REPLY_BYTES)}"}`, 'incoherent answer'],
] as const;

describe('an rspamd that lies', () => {
  test.each(replies)('in its body leaves the message unknown: %.60s', async (body, name) => {
    const address = await serving((_request, response) => response.end(body));
    const { scanner, heard } = open(address);
    expect(await scan(scanner, message('hello'))).toEqual({
      scanner: 'rspamd',
      result: 'unknown',
      name,
    });
    expect(heard.failures).toHaveLength(1);
  });

  test.each([403, 404, 500, 302])('with status %i leaves the message unknown', async (status) => {
    const address = await serving((_request, response) => response.writeHead(status).end('{}'));
    const { scanner } = open(address);
    expect(await scan(scanner, message('hello'))).toMatchObject({ name: `status ${status}` });
  });

  test.each([
    'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"action"',
    '220 mail.example.org ESMTP\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    '',
  ])('in its protocol leaves the message unknown: %.40j', async (reply) => {
    const { address } = await fakeServer((socket) =>
      atEndOfRequest(socket, () => socket.end(reply)),
    );
    const { scanner, heard } = open(address);
    expect(await scan(scanner, message('hello'))).toMatchObject({ result: 'unknown' });
    expect(heard.failures).toHaveLength(1);
  });

  test('judges before it has read the message, and is not believed', async () => {
    const body = '{"action":"no action","score":0}';
    const { address } = await fakeServer((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
    });
    const { scanner } = open(address);
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', 10 * MIB));
    expect(await begun.end()).toMatchObject({ result: 'unknown', name: 'incoherent answer' });
  });

  test('answers with names that objects have by themselves', async () => {
    const body =
      '{"action":"__proto__","score":1,"symbols":{"__proto__":{"score":9},"toString":3}}';
    const address = await serving((_request, response) => response.end(body));
    const { scanner } = open(address);
    expect(await scan(scanner, message('hello'))).toMatchObject({
      result: 'clean',
      name: '__proto__',
    });
  });
});

describe('an rspamd that is slow', () => {
  test('and reads nothing costs one time-out', async () => {
    const { address } = await fakeServer((socket) => void socket.pause());
    const { scanner } = open(address, { timeoutMs: 100 });
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', 30 * MIB));
    expect(await begun.end()).toMatchObject({ result: 'unknown', name: 'no answer in time' });
  });

  test('and dribbles its answer costs one time-out, three times, then nothing', async () => {
    const server = await fakeServer((socket) =>
      atEndOfRequest(socket, () => void socket.write('HTTP/1.1 200 OK\r\n\r\n{"action":')),
    );
    const { scanner, heard } = open(server.address, { timeoutMs: 100 });
    for (let index = 0; index < 5; index += 1) {
      expect(await scan(scanner, message('hello'))).toMatchObject({ result: 'unknown' });
    }
    expect(server.accepted()).toBe(3);
    expect(heard.changes).toHaveLength(1);
  });

  test('is left by a message that is given up', async () => {
    const server = await fakeServer((socket) => void socket.resume());
    const { scanner } = open(server.address);
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', MIB));
    await until('the connection', () => server.open() === 1);
    begun.abort();
    await until('its end', () => server.open() === 0);
  });
});

test('the password is sent where there is one', async () => {
  const passwords: unknown[] = [];
  const address = await serving((request, response) => {
    passwords.push(request.headers['password']);
    response.end('{"action":"no action","score":0.5}');
  });
  await scan(open(address, { password: 'quiet' }).scanner, message('hello'));
  expect(await scan(open(address).scanner, message('hello'))).toMatchObject({ score: 0.5 });
  expect(passwords).toEqual(['quiet', undefined]);
});

test('a unix socket will do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'primum-rspamd-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const answer: RequestListener = (_request, response) =>
    response.end('{"action":"add header","score":8,"symbols":{"A":{"score":3},"B":{"score":5}}}');
  const { scanner } = open(await serving(answer, join(folder, 'rspamd.sock')));
  expect(await scan(scanner, message('hello'))).toEqual({
    scanner: 'rspamd',
    result: 'spam',
    name: 'B',
    score: 8,
  });
});
