/** Who may ask, and how: source networks, credentials, scopes, verbs, both URL forms, sockets. */
import { request } from 'node:http';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BASIC, basic, closeDoors, openDoor, rawClient, SECRET } from './auth-policy-parts.ts';
import type { Scope } from '../../src/doors/auth-policy/access.ts';

afterEach(closeDoors);

const LOGIN = { login: 'ann@example.com', remote: '192.0.2.7' };
const UNAUTHORIZED = '{"status":"failure", "reason":"Unauthorized"}';

describe('the source network', () => {
  it('is asked first: a stranger hears 401 and is cut off, whatever he knows', async () => {
    const { get, port, telemetry } = await openDoor({ sourceNetworks: ['192.0.2.0/24'] });
    const answer = await get('/?command=ping');
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(
      '{"ip": "127.0.0.1", "reason": "Source IP Address not in ACL", "status": "failure"}',
    );
    const client = rawClient(port, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await client.closed).toContain('HTTP/1.1 401');
    expect(telemetry.lines).toContain('clientFault auth-policy source network not allowed');
    expect(telemetry.lines).toContain('turnedAway auth-policy network');
  });

  it('includes loopback by default, and IPv6 where it is named', async () => {
    const { get } = await openDoor();
    expect((await get('/?command=ping')).status).toBe(200);
    const v6 = await openDoor({ address: '[::1]:0' });
    const answer = await fetch(`http://[::1]:${v6.port}/?command=ping`, { headers: BASIC });
    expect(answer.status).toBe(200);
  });

  it('that is not readable is refused when the door opens', async () => {
    await expect(openDoor({ sourceNetworks: ['10.0.0.0/99'] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('10.0.0.0/99') as string,
    });
  });
});

describe('a credential', () => {
  it.each([
    ['any user name', basic('dovecot', SECRET)],
    [
      'the scheme in any letter case',
      { authorization: BASIC['authorization']!.replace('Basic', 'bAsIc') },
    ],
    ['a bearer token', { authorization: `Bearer ${SECRET}` }],
    ['an API key', { 'x-api-key': SECRET }],
  ])('is taken as %s', async (_form, headers) => {
    const { get } = await openDoor();
    expect((await get('/?command=ping', headers)).text).toBe('{"status":"ok"}');
  });

  it.each([
    ['nothing', {}],
    ['a wrong password', basic('wforce', 'super:secreT')],
    ['the first half of a password with a colon', basic('wforce', 'super')],
    ['an empty user name', basic('', SECRET)],
    ['an empty password', basic('wforce', '')],
    ['a password of 257 bytes', basic('wforce', 'x'.repeat(257))],
    ['an unknown scheme', { authorization: `Digest ${SECRET}` }],
    ['a scheme alone', { authorization: 'Basic' }],
    ['a wrong API key', { 'x-api-key': 'super' }],
    ['a wrong password beside a right API key', { ...basic('a', 'b'), 'x-api-key': SECRET }],
  ])('is not %s', async (_what, headers) => {
    const { get, telemetry } = await openDoor();
    const answer = await get('/?command=ping', headers);
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(UNAUTHORIZED);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="primum"');
    expect(telemetry.lines).toContain('clientFault auth-policy wrong or missing credential');
    expect(telemetry.lines).toContain('turnedAway auth-policy credential');
  });

  it('is asked again for each request of a kept connection', async () => {
    const { port } = await openDoor();
    const ping = (extra: string): string =>
      `GET /?command=ping HTTP/1.1\r\nHost: x\r\n${extra}\r\n`;
    const auth = `Authorization: ${BASIC['authorization']!}\r\n`;
    const client = rawClient(port, ping(auth) + ping('') + ping(auth));
    const text = await client.heard(/HTTP\/1.1 /, 3);
    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401', 'HTTP/1.1 200']);
    client.socket.destroy();
  });

  it.each([
    ['', 'is empty'],
    ['x'.repeat(257), 'is longer than 256 bytes'],
  ])('with an unusable secret is refused when the door opens', async (secret, problem) => {
    await expect(
      openDoor({ credentials: [{ name: 'dovecot', secret, scopes: ['*'] }] }),
    ).rejects.toThrow(`The credential dovecot of the auth policy door ${problem}.`);
  });

  it('needs a name of its own', async () => {
    const twice = { name: 'dovecot', scopes: ['*'] } as const;
    await expect(
      openDoor({
        credentials: [
          { ...twice, secret: 'a' },
          { ...twice, secret: 'b' },
        ],
      }),
    ).rejects.toThrow('has the name of another one');
  });
});

describe('scopes', () => {
  const asked: readonly [command: string, verb: 'GET' | 'POST', scope: Scope][] = [
    ['allow', 'POST', 'allow'],
    ['report', 'POST', 'report'],
    ['reset', 'POST', 'reset'],
    ['addBLEntry', 'POST', 'lists'],
    ['delBLEntry', 'POST', 'lists'],
    ['addWLEntry', 'POST', 'lists'],
    ['delWLEntry', 'POST', 'lists'],
    ['getBL', 'GET', 'feed'],
    ['getWL', 'GET', 'feed'],
    ['getDBStats', 'POST', 'stats'],
    ['stats', 'GET', 'stats'],
    ['metrics', 'GET', 'metrics'],
  ];

  it.each(asked)(
    '%s is closed to a credential with every other scope',
    async (name, verb, scope) => {
      const others = (['allow', 'report', 'feed', 'reset', 'stats', 'metrics'] as const).filter(
        (other) => other !== scope,
      );
      const { get, post, telemetry } = await openDoor({
        credentials: [{ name: 'app', secret: SECRET, scopes: others }],
      });
      const answer = verb === 'GET' ? await get(`/command/${name}`) : await post(name, {});
      expect(answer.status).toBe(403);
      expect(answer.json['reason']).toBe(`The credential app lacks the scope ${scope}.`);
      expect(telemetry.lines).toContain('turnedAway auth-policy scope');
    },
  );

  it.each(asked)('%s is open to a credential with only its scope', async (name, verb, scope) => {
    const { get, post } = await openDoor({
      credentials: [
        { name: 'other', secret: 'other', scopes: [] },
        { name: 'app', secret: SECRET, scopes: [scope] },
      ],
    });
    const answer = verb === 'GET' ? await get(`/command/${name}`) : await post(name, {});
    expect([200, 400]).toContain(answer.status);
  });

  it('lists includes reading them', async () => {
    const { get } = await openDoor({
      credentials: [{ name: 'app', secret: SECRET, scopes: ['lists'] }],
    });
    expect((await get('/?command=getBL')).status).toBe(200);
  });

  it('without any credential only logins may be asked about', async () => {
    const { get, post } = await openDoor({ credentials: [] });
    expect((await post('allow', LOGIN, {})).status).toBe(200);
    expect((await post('report', { ...LOGIN, success: true }, {})).status).toBe(200);
    expect((await post('reset', { login: 'ann' }, {})).status).toBe(403);
    expect((await get('/?command=getBL', {})).status).toBe(403);
  });
});

describe('the paths', () => {
  it.each([
    '/?command=ping',
    '/command/ping',
    '/?x=1&command=ping',
    '/?command=%70ing',
    '/command/%70ing?x=1',
    '/authpolicy?command=ping',
  ])('%s is a ping', async (path) => {
    const { get } = await openDoor();
    expect((await get(path)).text).toBe('{"status":"ok"}');
  });

  it.each([
    '/',
    '/?command=',
    '/?command=nonsense',
    '/command/',
    '/command/%',
    '/ping',
    '/a/livez',
  ])('%s is not found, and without a password not even that is said', async (path) => {
    const { get } = await openDoor();
    expect((await get(path)).text).toBe('{"status":"failure", "reason":"Not found"}');
    expect((await get(path, {})).text).toBe(UNAUTHORIZED);
  });

  it('a command asked with the wrong verb is refused with the right one', async () => {
    const { get } = await openDoor();
    const answer = await get('/?command=allow');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.json['reason']).toBe('The command allow is asked with POST.');
  });

  it('HEAD is answered where GET is, without a body', async () => {
    const { port } = await openDoor();
    const answer = await fetch(`http://127.0.0.1:${port}/?command=ping`, {
      method: 'HEAD',
      headers: BASIC,
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('content-length')).toBe('15');
  });

  it.each(['/livez', '/readyz', '/command/livez', '/command/readyz'])(
    '%s needs no password',
    async (path) => {
      let isReady = false;
      const { get } = await openDoor({ ready: () => isReady });
      expect((await get(path, {})).status).toBe(path.endsWith('livez') ? 200 : 503);
      isReady = true;
      const answer = await get(path, {});
      expect([answer.status, answer.text]).toEqual([200, '']);
    },
  );

  it('/metrics needs a password unless told otherwise', async () => {
    const closed = await openDoor({ metrics: () => Promise.resolve('primum_up 1\n') });
    expect((await closed.get('/metrics', {})).status).toBe(401);
    const answer = await closed.get('/metrics');
    expect(answer.text).toBe('primum_up 1\n');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const openly = await openDoor({ metricsNeedPassword: false });
    expect((await openly.get('/metrics', {})).text).toBe('primum_up 1\n');
  });
});

describe('the address', () => {
  it('that another program has is an error with cause and remedy', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(openDoor({ address })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `Cannot listen on ${address} (doors.auth_policy.listen): another program listens there. Stop it, or choose another address.`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it.each(['8084', '127.0.0.1', '127.0.0.1:99999', 'unix:/nonexistent/door.sock'])(
    '%s is an error that says so',
    async (address) => {
      await expect(openDoor({ address })).rejects.toMatchObject({
        code: 'LISTEN_FAILED',
        message: expect.stringContaining(address) as string,
      });
    },
  );

  it('may be a unix socket, where the file mode decides and not the network', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'primum-door-'));
    const path = join(folder, 'auth.sock');
    const options = { address: `unix:${path}`, sourceNetworks: [] };
    const { door } = await openDoor(options);
    expect(door.address).toBe(`unix:${path}`);
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    const status = await new Promise((resolve) => {
      request({ socketPath: path, path: '/?command=ping', headers: BASIC }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(200);
    await expect(openDoor(options)).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    await rm(folder, { recursive: true });
  });

  it('is taken over from a socket file that a crash left, but never from another file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'primum-door-'));
    const stale = join(folder, 'stale.sock');
    // A child that is killed leaves its socket file behind.
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(stale)}, () => console.log('up'))`,
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const { door } = await openDoor({ address: `unix:${stale}` });
    expect(door.address).toBe(`unix:${stale}`);
    const file = join(folder, 'notes.txt');
    await writeFile(file, 'mine');
    await expect(openDoor({ address: `unix:${file}` })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
    });
    await closeDoors();
    await rm(folder, { recursive: true });
  });
});
