/** Bad input, slow and greedy clients, many at once: each through the socket. */
import { afterEach, describe, expect, it } from 'vitest';
import { BASIC, closeDoors, openDoor, rawClient, rawPost } from './auth-policy-parts.ts';

afterEach(closeDoors);

const LOGIN = { login: 'ann@example.com', remote: '192.0.2.7', pwhash: '0940', protocol: 'imap' };

describe('a body', () => {
  it.each([
    ['', 'The body is empty: unexpected end of input. Send a JSON object.'],
    ['login=ann', 'The body is not JSON. Send one JSON object.'],
    ['{"login":"ann"', 'The body is not JSON. Send one JSON object.'],
    ['{"login":"ann"} x', 'The body is not JSON. Send one JSON object.'],
    ['null', 'The body is JSON but not an object. Send one JSON object.'],
    ['[]', 'The body is JSON but not an object. Send one JSON object.'],
    ['"ann"', 'The body is JSON but not an object. Send one JSON object.'],
    [
      `${'['.repeat(201)}${']'.repeat(201)}`,
      'The body exceeded maximum nesting depth, which is 200.',
    ],
    ['{"a":'.repeat(100_000), 'The body exceeded maximum nesting depth, which is 200.'],
  ])('that is not one JSON object is refused with the reason', async (body, reason) => {
    const { post, gate } = await openDoor();
    for (const command of ['allow', 'report', 'reset', 'addBLEntry', 'getDBStats']) {
      const answer = await post(command, body);
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual({ reason, status: 'failure' });
    }
    expect(gate.judged).toEqual([]);
  });

  it('may be deep inside a string, long and in chunks', async () => {
    const { port, gate } = await openDoor();
    const body = JSON.stringify({ ...LOGIN, extra: `"${'['.repeat(5_000)}`, success: true });
    const half = body.length >> 1;
    const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
    const head = rawPost('report', '').replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    const client = rawClient(
      port,
      `${head}${chunk(body.slice(0, half))}${chunk(body.slice(half))}0\r\n\r\n`,
    );
    await client.heard(/\{"status":"ok"\}/);
    expect(gate.judged).toHaveLength(1);
    client.socket.destroy();
  });

  it('of 2 MiB is refused with 413 and the connection ends', async () => {
    const { port, telemetry } = await openDoor();
    const client = rawClient(port, rawPost('allow', ' '.repeat(2 * 1024 * 1024)));
    const text = await client.closed;
    expect(text).toMatch(/^HTTP\/1.1 413 /);
    expect(text).toContain('connection: close');
    expect(text).toContain(
      '{"reason": "The body is longer than 1048576 bytes.", "status": "failure"}',
    );
    expect(telemetry.lines).toContain('clientFault auth-policy body too long');
  });

  it('of exactly 1 MiB is read', async () => {
    const { post } = await openDoor();
    const body = JSON.stringify(LOGIN);
    const padded = body + ' '.repeat(1024 * 1024 - body.length);
    expect((await post('allow', padded)).status).toBe(200);
    expect((await post('allow', `${padded} `)).status).toBe(413);
  });

  it('that finds no room beside other long bodies is refused with 503 until there is room', async () => {
    const { port, post, telemetry } = await openDoor({ bounds: { bodiesBytesMax: 300_000 } });
    const long = JSON.stringify({ ...LOGIN, extra: 'x'.repeat(250_000) });
    const slow = rawClient(port, rawPost('allow', long).slice(0, -10));
    // Its first piece came in one read and the rest takes nearly all room.
    await expect.poll(async () => (await post('allow', long)).status).toBe(503);
    expect(telemetry.lines).toContain('shed auth-policy body');
    slow.socket.destroy();
    await expect.poll(async () => (await post('allow', long)).status).toBe(200);
  });

  it('that dribbles is given up with 408', async () => {
    const { port, telemetry } = await openDoor({ bounds: { requestTimeoutMs: 200 } });
    const whole = rawPost('allow', JSON.stringify(LOGIN));
    const client = rawClient(port, whole.slice(0, -10));
    const text = await client.closed;
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toContain('The request took too long to arrive.');
    expect(telemetry.lines).toContain('clientFault auth-policy request timeout');
  });

  it('that is broken off is no fault of the door', async () => {
    const { port, post, gate } = await openDoor();
    const client = rawClient(
      port,
      rawPost('report', '{"login":"ann","success":true}').slice(0, -5),
    );
    client.socket.end();
    await client.closed;
    expect((await post('report', { ...LOGIN, success: true })).status).toBe(200);
    expect(gate.judged).toHaveLength(1);
  });
});

describe('a field', () => {
  it.each<readonly [Record<string, unknown>, string]>([
    [{ login: 5 }, 'The field login must be a string.'],
    [{ login: 'x'.repeat(513) }, 'The field login is longer than 512 characters.'],
    [{ pwhash: ['0940'] }, 'The field pwhash must be a string.'],
    [{ pwhash: 'x'.repeat(257) }, 'The field pwhash is longer than 256 characters.'],
    [{ protocol: {} }, 'The field protocol must be a string.'],
    [{ remote: 3_221_225_985 }, 'The field remote must be a string.'],
    [{ success: 'true' }, 'The field success must be true or false, without quotes.'],
    [{ success: 1 }, 'The field success must be true or false, without quotes.'],
    [{ success: undefined }, 'The field success is missing. Send true or false.'],
    [{ success: null }, 'The field success is missing. Send true or false.'],
    [{ policy_reject: 'no' }, 'The field policy_reject must be true or false, without quotes.'],
    ...['garbage', '1.2.3', '127.0.01', '256.1.1.1', '1.2.3.4:', '[::1', '::g', '0x7f.1', ' '].map(
      (remote) =>
        [
          { remote },
          'The field remote is not an address. Send an IPv4 or IPv6 address as text.',
        ] as const,
    ),
  ])('of a report such as %o is refused and counts against nobody', async (fields, reason) => {
    const { post, gate } = await openDoor();
    const answer = await post('report', { ...LOGIN, success: false, ...fields });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ reason, status: 'failure' });
    expect(gate.judged).toEqual([]);
  });

  it('that only describes counts as absent when its type is wrong', async () => {
    const { post, gate } = await openDoor();
    const odd = {
      tls: 'yes',
      device_id: 7,
      session_id: [],
      fail_type: {},
      attrs: 'x',
      pwhash: null,
    };
    await post('report', { ...LOGIN, success: true, ...odd });
    expect(gate.judged).toHaveLength(1);
    for (const field of ['tls', 'deviceId', 'passwordHash']) {
      expect(gate.judged[0]).not.toHaveProperty(field);
    }
  });

  it('that is unknown is ignored, __proto__ among them', async () => {
    const { post, gate } = await openDoor();
    await post('report', '{"login":"ann","success":true,"__proto__":{"policy_reject":true},"t":1}');
    expect(gate.judged[0]).not.toHaveProperty('policyReject');
  });
});

describe('a connection', () => {
  it('carries many requests, pipelined, answered in order', async () => {
    const { port, gate } = await openDoor();
    gate.decide = ({ account }) =>
      Promise.resolve({ reference: (account ?? '').toUpperCase().slice(0, 3) });
    const bodies = Array.from({ length: 50 }, (_, i) => ({ ...LOGIN, login: `${100 + i}` }));
    const client = rawClient(
      port,
      bodies.map((body) => rawPost('allow', JSON.stringify(body))).join(''),
    );
    const text = await client.heard(/"status": 0/, 50);
    expect([...text.matchAll(/"reference": "(\d+)"/g)].map(([, n]) => Number(n))).toEqual(
      bodies.map(({ login }) => Number(login)),
    );
    client.socket.destroy();
  });

  it('that waits for leave to send the body gets it', async () => {
    const { port } = await openDoor();
    const whole = rawPost('allow', JSON.stringify(LOGIN), 'Expect: 100-continue\r\n');
    const head = whole.indexOf('\r\n\r\n') + 4;
    const client = rawClient(port, whole.slice(0, head));
    await client.heard(/100 Continue/);
    client.socket.write(whole.slice(head));
    await client.heard(/"status": 0/);
    client.socket.destroy();
  });

  it('of HTTP/1.0 is answered and closed', async () => {
    const { port } = await openDoor();
    const client = rawClient(port, rawPost('allow', '{}').replace('HTTP/1.1', 'HTTP/1.0'));
    expect(await client.closed).toContain('"status": 0');
  });

  it.each([
    ['no HTTP at all', 'EHLO primum\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'a header without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(70_000)}`,
      /^HTTP\/1.1 431 /,
    ],
  ])('with %s is refused and closed', async (_what, bytes, pattern) => {
    const { port } = await openDoor();
    expect(await rawClient(port, bytes).closed).toMatch(pattern);
  });

  it('above the bound is dropped at once, and said so', async () => {
    const { port, telemetry } = await openDoor({ bounds: { connectionsMax: 3 } });
    const ping = `GET /?command=ping HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC['authorization']!}\r\n\r\n`;
    const clients = [1, 2, 3].map(() => rawClient(port, ping));
    await Promise.all(clients.map((client) => client.heard(/"status":"ok"/)));
    expect(await rawClient(port, ping).closed).toBe('');
    expect(telemetry.lines).toContain('shed auth-policy connection');
    expect(telemetry.lines).toContain('connections auth-policy 3');
    for (const client of clients) client.socket.destroy();
  });

  it('that sends nothing is given up', async () => {
    const { port } = await openDoor({ bounds: { requestTimeoutMs: 200 } });
    expect(await rawClient(port).closed).toMatch(/^(HTTP\/1.1 408 |$)/);
  });
});

describe('too many waiting requests', () => {
  it('are answered by the stance, the others with 503', async () => {
    const { post, gate, telemetry } = await openDoor({ bounds: { inWorkMax: 1 } });
    let release: (value: object) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      gate.decide = () =>
        new Promise((answer) => {
          release = answer;
          resolve();
        });
    });
    const slow = post('allow', LOGIN);
    await asked;
    expect((await post('allow', LOGIN)).text).toBe('{"msg": "", "r_attrs": {}, "status": 0}');
    expect((await post('report', { ...LOGIN, success: true })).status).toBe(200);
    expect((await post('reset', { login: 'ann' })).status).toBe(503);
    expect(telemetry.lines).toContain('shed auth-policy request');
    // The refusal is recorded too, which asks the gate once more.
    gate.decide = () => Promise.resolve({ verdict: 'reject' });
    release({ verdict: 'reject' });
    expect((await slow).json['status']).toBe(-1);
    // The place is free again.
    expect((await post('allow', LOGIN)).json['status']).toBe(-1);
  });
});

describe('closing', () => {
  it('answers what is under way and ends idle connections', async () => {
    const { door, port, post, gate } = await openDoor();
    const idle = rawClient(port, rawPost('allow', '{}'));
    await idle.heard(/"status": 0/);
    let release: (value: object) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      gate.decide = () =>
        new Promise((answer) => {
          release = answer;
          resolve();
        });
    });
    const slow = post('allow', LOGIN);
    await asked;
    const closed = door.close();
    release({});
    expect((await slow).headers.get('connection')).toBe('close');
    await closed;
    await idle.closed;
  });

  it('waits no longer than its grace for a request that never ends', async () => {
    const { door, post, gate } = await openDoor({ bounds: { closeGraceMs: 50 } });
    const asked = new Promise<void>((resolve) => {
      gate.decide = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const lost = expect(post('allow', LOGIN)).rejects.toThrow();
    await asked;
    await door.close();
    await lost;
  });
});
