/** The client against the door, and the door against clients that do not behave. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openClient } from '../../src/client/client.ts';
import { TOKEN, VERDICT, openFixture } from './api-fixture.ts';

describe('the client', () => {
  it('speaks over a unix socket as over TCP', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'primum-client-'));
    const socketPath = join(folder, 'api.sock');
    const api = await openFixture({ listen: [{ address: `unix:${socketPath}` }] });
    const client = openClient({ socketPath, token: TOKEN });
    await client.lock('a b/c?d@example.org', { by: 'olga', why: 'x' });
    expect((await client.locks()).locks.map(({ account }) => account)).toEqual([
      'a b/c?d@example.org',
    ]);
    expect((await client.account('a b/c?d@example.org')).lock).not.toBeNull();
    await client.unlock('a b/c?d@example.org', { by: 'olga', why: 'y' });
    expect((await client.locks()).locks).toEqual([]);
    await api.close();
    await rm(folder, { recursive: true });
  });

  it('sends events and gets the verdicts', async () => {
    const api = await openFixture();
    const client = openClient({ baseUrl: api.baseUrl, token: TOKEN });
    const at = '2026-11-21T00:00:00.000Z';
    const answer = await client.sendEvents([
      { v: 1, kind: 'password', id: 'p', at, account: 'ann', by: 'owner' },
      {
        v: 1,
        kind: 'login',
        id: 'l',
        at,
        account: 'ann',
        service: 'imap',
        ok: true,
        clientAddress: '',
      },
    ]);
    expect(answer).toEqual({ taken: 2, verdicts: [{ ...VERDICT, for: 'l' }] });
    await expect(client.incidents({ limit: 501 })).rejects.toMatchObject({
      code: 'API_REFUSED',
      status: 400,
    });
    await api.close();
  });

  // prettier-ignore
  const strangers = [
    // status  body                      says
    [200,      '<html>',                 'is not primum (HTTP status 200)'],
    [502,      'Bad Gateway',            'is not primum (HTTP status 502)'],
    [404,      '{"error":"no"}',         'is not primum (HTTP status 404)'],
  ] as const;

  it.each(strangers)('knows by %i %s that something else answers', async (status, body, says) => {
    const server = createServer((_, reply) => reply.writeHead(status).end(body));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = openClient({ baseUrl: `http://127.0.0.1:${port}`, token: 'x' });
    await expect(client.locks()).rejects.toThrow(says);
    await expect(client.locks()).rejects.toMatchObject({ code: 'API_REFUSED' });
    server.close();
  });

  it('says when the daemon breaks off', async () => {
    const server = createServer((request) => request.socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = openClient({ baseUrl: `http://127.0.0.1:${port}`, token: 'x' });
    await expect(client.locks()).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
    server.close();
  });
});

async function open(baseUrl: string): Promise<Socket> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** All it says until it ends the connection. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  if (!socket.closed) await once(socket, 'close');
  return text;
}

describe('the door', () => {
  it('ends a request that dribbles', async () => {
    const api = await openFixture({ requestTimeoutSeconds: 0.2 });
    const socket = await open(api.baseUrl);
    socket.write(
      `PUT /api/v1/locks/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
    expect(await readAll(socket)).toContain('408 Request Timeout');
    await api.close();
  });

  // prettier-ignore
  const nonsense = [
    ['no HTTP at all',       'HELO example.org\r\n\r\n',                                    '400 Bad Request'],
    ['64 KiB of headers',    `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(65_536)}\r\n\r\n`, '431 Request Header Fields Too Large'],
    ['two lengths',          'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', '400 Bad Request'],
  ] as const;

  it.each(nonsense)('refuses %s and counts it', async (_, text, status) => {
    const api = await openFixture();
    const socket = await open(api.baseUrl);
    socket.write(text);
    expect(await readAll(socket)).toContain(status);
    expect(await api.telemetry.metrics()).toContain('primum_client_faults_total{door="api"} 1');
    await api.close();
  });

  it('closes connections beyond its bound and goes on with the others', async () => {
    const api = await openFixture({ maxConnections: 2 });
    const [first] = [await open(api.baseUrl), await open(api.baseUrl)];
    const third = await open(api.baseUrl);
    expect(await readAll(third)).toBe('');
    first.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await readAll(first)).toContain('200 OK');
    expect(await api.telemetry.metrics()).toContain(
      'primum_shed_total{door="api",what="connection"} 1',
    );
    await api.close();
  });

  it('finishes what is in flight when it closes', async () => {
    const held = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<undefined>();
    const api = await openFixture({
      parts: {
        take: () => {
          asked.resolve(undefined);
          return held.promise;
        },
      },
    });
    const client = openClient({ baseUrl: api.baseUrl, token: TOKEN });
    const answer = client.sendEvents([
      { v: 1, kind: 'check', id: 'c', at: '2026-11-21T00:00:00Z' },
    ]);
    await asked.promise;
    const closed = api.close();
    held.resolve(undefined);
    expect(await answer).toEqual({ taken: 1, verdicts: [] });
    await closed;
  });
});
