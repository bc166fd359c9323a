/**
 * The usual request, answered on the socket itself, beside node:http: the same bytes go out, and
 * whatever is not usual is answered as if node:http had served the connection from the start.
 */
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePlainPost } from '../../src/protocol/plain-post.ts';
import { BASIC, closeDoors, openDoor, rawClient, rawPost } from './auth-policy-parts.ts';

afterEach(closeDoors);

const LOGIN = { login: 'ann@example.com', remote: '192.0.2.7', pwhash: '0940', protocol: 'imap' };
const WHOLE = rawPost('allow', JSON.stringify(LOGIN));
const STATUS_0 = /"status": 0\}/;

/** The same request with a header that only node:http reads. */
const unusual = (request: string): string => request.replace('\r\n', '\r\nX-Other: 1\r\n');

const dateless = (text: string): string => text.replaceAll(/Date: [^\r]*/g, 'Date: now');

describe('a usual request', () => {
  it.each([
    ['a login that passes', 'allow', LOGIN, {}],
    [
      'a login that is refused',
      'allow',
      LOGIN,
      {
        verdict: 'reject',
        reasons: [{ signal: 'account-locked', weight: 0, text: 'Zu \u2013 \u00fc' }],
      },
    ],
    ['a report', 'report', { ...LOGIN, success: true }, {}],
    ['a login whose field is wrong', 'allow', { ...LOGIN, login: 5 }, {}],
    ['a name beyond US-ASCII', 'allow', { ...LOGIN, login: 'j\u00f6rg\u2603@example.com' }, {}],
    ['a command that waits', 'reset', { login: 'ann' }, {}],
    ['a command that is not offered', 'syncDBs', {}, {}],
  ] as const)(
    'is answered with the bytes of node:http: %s',
    async (_what, command, body, changes) => {
      const { port, gate } = await openDoor();
      gate.decide = () => ({ ...changes, reasons: [] });
      const whole = rawPost(command, JSON.stringify(body));
      const answers: string[] = [];
      for (const request of [whole, unusual(whole)]) {
        const client = rawClient(port, request);
        answers.push(dateless(await client.heard(/\r\n\r\n.*\}$/)));
        client.socket.destroy();
      }
      expect(answers[0]).toBe(answers[1]);
      const logins = [...gate.checked, ...gate.judged].map(({ account }) => account);
      expect(new Set(logins).size).toBeLessThan(2);
    },
  );

  it.each([
    ['a wrong secret', WHOLE.replace(BASIC['authorization']!, 'Basic eDp5'), /^HTTP\/1.1 401 /],
    ['an unknown command', WHOLE.replace('=allow', '=nothing'), /^HTTP\/1.1 404 /],
    ['a command that reads', WHOLE.replace('=allow', '=ping'), /^HTTP\/1.1 405 /],
  ])('with %s is refused once', async (_what, bytes, status) => {
    const { port, telemetry } = await openDoor();
    const client = rawClient(port, bytes + unusual(WHOLE));
    const text = await client.heard(STATUS_0);
    expect(text).toMatch(status);
    const faults = telemetry.lines.filter((line) => line.startsWith('clientFault'));
    expect(faults).toHaveLength(status.test('HTTP/1.1 401 ') ? 1 : 0);
    client.socket.destroy();
  });

  it('goes before and after others on one connection', async () => {
    const { port, gate } = await openDoor();
    const client = rawClient(port);
    let answers = 0;
    for (const request of [WHOLE, WHOLE, unusual(WHOLE), WHOLE, WHOLE + WHOLE]) {
      client.socket.write(request);
      answers += request.length > WHOLE.length + 20 ? 2 : 1;
      await client.heard(STATUS_0, answers);
    }
    expect(gate.checked).toHaveLength(6);
    client.socket.destroy();
  });

  it.each([1, 7, 60, 250])('in pieces of %i bytes is one request', async (size) => {
    const { port, gate } = await openDoor();
    const client = rawClient(port, WHOLE);
    await client.heard(STATUS_0);
    for (let at = 0; at < WHOLE.length; at += size) {
      client.socket.write(WHOLE.slice(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.heard(STATUS_0, 2);
    expect(gate.checked).toHaveLength(2);
    client.socket.destroy();
  });
});

describe('a connection with usual requests', () => {
  it('answers one that waits before it reads the next', async () => {
    const { port, gate } = await openDoor();
    const asked: ((value: object) => void)[] = [];
    gate.decide = () => new Promise((resolve) => asked.push(resolve));
    const client = rawClient(port, WHOLE);
    await expect.poll(() => asked.length).toBe(1);
    client.socket.write(WHOLE);
    const other = rawClient(port, WHOLE);
    await expect.poll(() => asked.length).toBe(2);
    asked[0]?.({ reference: 'FIRST000' });
    await expect.poll(() => asked.length).toBe(3);
    asked[2]?.({ reference: 'SECOND00' });
    expect(await client.heard(STATUS_0, 2)).toMatch(/FIRST000[^]*SECOND00/);
    asked[1]?.({});
    await other.heard(STATUS_0);
    for (const { socket } of [client, other]) socket.destroy();
  });

  it('whose client has stopped sending is answered, also late, and ended', async () => {
    const { port, gate } = await openDoor();
    for (const late of [false, true]) {
      let release: (value: object) => void = () => undefined;
      gate.decide = () =>
        late ? new Promise((resolve) => (release = resolve)) : { reference: 'ANSWERED' };
      const client = rawClient(port);
      client.socket.end(WHOLE);
      await expect.poll(() => gate.checked.length).toBe(late ? 2 : 1);
      release({ reference: 'ANSWERED' });
      expect(await client.closed).toContain('ANSWERED');
    }
  });

  it('is ended when it says nothing for longer than it was told', async () => {
    const { port } = await openDoor({ bounds: { keepAliveMs: 1 } });
    const client = rawClient(port, WHOLE);
    expect(await client.closed).toMatch(STATUS_0);
  });

  it('that dribbles the next request is given up with 408', async () => {
    const { port, telemetry } = await openDoor({ bounds: { requestTimeoutMs: 200 } });
    const client = rawClient(port, WHOLE);
    await client.heard(STATUS_0);
    client.socket.write(WHOLE.slice(0, -10));
    expect(await client.closed).toMatch(/HTTP\/1.1 408 /);
    expect(telemetry.lines).toContain('clientFault auth-policy request timeout');
  });

  it('that never reads its answers is not read from, and costs no memory', async () => {
    const { door, port, gate, post } = await openDoor({ bounds: { closeGraceMs: 50 } });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    let sent = 0;
    const sendOn = (): void => {
      do sent += 1;
      while (socket.write(WHOLE) && sent % 100 > 0);
      if (sent % 100 === 0) setImmediate(sendOn);
      else socket.once('drain', sendOn);
    };
    sendOn();
    let before = -1;
    await expect
      .poll(
        async () => {
          await post('allow', LOGIN);
          const isStill = gate.checked.length === before + 1;
          before = gate.checked.length;
          return isStill;
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe(true);
    expect(sent).toBeGreaterThan(gate.checked.length);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await door.close();
    socket.destroy();
    await ended;
  });

  it('is ended at once on closing when it is idle, and with its answer when it is not', async () => {
    const { door, port, gate } = await openDoor();
    const idle = rawClient(port, WHOLE);
    await idle.heard(STATUS_0);
    let release: (value: object) => void = () => undefined;
    gate.decide = () => new Promise((resolve) => (release = resolve));
    const busy = rawClient(port, WHOLE);
    await expect.poll(() => gate.checked.length).toBe(2);
    const closed = door.close();
    await idle.closed;
    release({});
    const text = await busy.closed;
    expect(text).toContain('connection: close\r\n');
    expect(text).toMatch(STATUS_0);
    await closed;
  });
});

describe('every request that is read as a plain one', () => {
  it('is the same request to node:http', { timeout: 30_000 }, async () => {
    const seen: unknown[] = [];
    const server: Server = createServer((request, response) => {
      const { authorization, 'x-api-key': apiKey } = request.headers;
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const body = Buffer.concat(pieces).toString();
        seen.push([request.method, request.url, authorization, apiKey, body]);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const text = fc.oneof(
      fc.constantFrom('\r\n', '\n', ' ', ':', '\t', '\r\n ', 'Content-Length: 3\r\n', '0', 'a'),
      fc.uint8Array({ maxLength: 3 }).map((array) => String.fromCharCode(...array)),
    );
    const mutated = fc.tuple(fc.nat({ max: WHOLE.length }), fc.nat({ max: 3 }), text);
    let plain = 0;
    try {
      await fc.assert(
        fc.asyncProperty(mutated, async ([at, cut, more]) => {
          const piece = Buffer.from(WHOLE.slice(0, at) + more + WHOLE.slice(at + cut), 'latin1');
          const post = parsePlainPost(piece.toString('latin1'));
          if (post === undefined) return;
          plain += 1;
          seen.length = 0;
          const client = rawClient(port);
          client.socket.write(piece);
          await client.heard(/^HTTP\/1.1 200 /);
          client.socket.destroy();
          const { target, authorization, apiKey, bodyAt } = post;
          const body = piece.toString('utf8', bodyAt);
          expect(seen).toEqual([['POST', target, authorization, apiKey, body]]);
        }),
        { numRuns: 800 },
      );
      expect(plain).toBeGreaterThan(20);
    } finally {
      server.close();
    }
  });
});
