/** OWN-5: the one probe that goes past DATA is off until the operator switches it on. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SILENCE_MS, smuggling } from '../../src/watch/checks/smuggling.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import { hostAt, planOf } from './plan.ts';
import { hear, type Says } from './spoken-house.ts';

let server: Server;
let said = '';
let visits = 0;
let pieces: string[] = [];

beforeEach(async () => {
  said = '';
  visits = 0;
  pieces = [];
  server = createServer((socket) => {
    visits += 1;
    socket.on('error', () => undefined);
    socket.write('220 mx.house.test ESMTP\r\n');
    socket.on('data', (bytes) => {
      said += bytes.toString();
      // A careless server: whatever comes after DATA ended a message.
      socket.write(/^DATA/.test(bytes.toString()) ? '354 go on\r\n' : '250 ok\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

async function look(triesSmuggling: boolean) {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const hosts = [hostAt(port)];
  const plan = planOf({ hosts, domains: ['house.test'], triesSmuggling });
  const tasks = smuggling.targets(plan).map((target) => ({ check: smuggling, target }));
  return runTasks(tasks, openTools(plan), { parallel: 1 });
}

describe('OWN-5: false ends of messages', () => {
  it('are not tried unless switched on: no connection is made, and the finding says how', async () => {
    const [finding] = await look(false);
    expect(visits).toBe(0);
    expect(finding?.state).toBe('not-applicable');
    expect(finding?.evidence.join(' ')).toMatch(/not asked.*switch it on with watch\.smuggling/);
  });

  it('are tried when switched on, for the own postmaster only', async () => {
    const [finding] = await look(true);
    expect(finding?.state).toBe('fail');
    expect(new Set(said.match(/RCPT TO:.*/g))).toEqual(
      new Set(['RCPT TO:<postmaster@house.test>']),
    );
  });
});

describe('OWN-5: a server that says nothing to false ends', () => {
  it('is asked once, with all of them in one message and no true end', async () => {
    const { rows, heard } = await hear(
      smuggling,
      undefined,
      { triesSmuggling: true },
      { thinksMs: SILENCE_MS + 1, raw: (bytes) => void pieces.push(bytes) },
    );
    expect(rows).toEqual({ 'OWN-5': 'pass' });
    expect(heard.filter((line) => line === 'DATA')).toHaveLength(1);
    expect(pieces).toHaveLength(4);
    expect(pieces.join('')).not.toContain('\r\n.\r\n');
    expect(pieces.map((piece) => piece.slice(piece.lastIndexOf('x') + 1))).toEqual([
      '\n.\n',
      '\n.\r\n',
      '\r\n.\n',
      '\r.\r',
    ]);
  });

  it('to the first, and takes the last, fails for the last alone', async () => {
    const { rows, text } = await hear(
      smuggling,
      ({ line }) => (line.endsWith('\r.\r') ? '250 queued' : undefined),
      { triesSmuggling: true },
      { isSilentTo: (bytes) => !bytes.endsWith('\r.\r') },
    );
    expect(rows).toEqual({ 'OWN-5': 'fail' });
    expect(text).toContain('takes CR . CR for the end');
    expect(text).not.toContain(' and ');
  });

  it('after it refuses bare line feeds is asked for each, so that none hides behind another', async () => {
    const { rows, text } = await hear(
      smuggling,
      ({ line }) =>
        line.endsWith('\r.\r') ? '250 queued' : /\n/.test(line) ? '521 bare' : undefined,
      { triesSmuggling: true },
    );
    expect(rows).toEqual({ 'OWN-5': 'fail' });
    expect(text).toContain('takes CR . CR for the end');
  });
});

describe('OWN-5: a server that looks at a message for long', () => {
  const look = (thinksMs: number) =>
    hear(
      smuggling,
      ({ line }) => (/[\r\n]/.test(line) ? '554 5.4.6 Error: too many hops' : undefined),
      { triesSmuggling: true },
      { thinksMs },
    );

  it('fails where it takes a false end', async () => {
    expect((await look(25_000)).rows).toEqual({ 'OWN-5': 'fail' });
  });

  it('is waited for up to a bound, which is said', async () => {
    const { rows, text } = await look(SILENCE_MS + 1);
    expect(rows).toEqual({ 'OWN-5': 'pass' });
    expect(text).toContain('30 s each');
  });

  it('at many addresses is not waited for beyond the time of a check', async () => {
    let now = 0;
    const hosts = [{ ...hostAt(25), addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] }];
    const { rows, text } = await hear(
      smuggling,
      ({ line }) => (/[\r\n]/.test(line) ? '521 5.5.2 bare <LF>' : undefined),
      { triesSmuggling: true, hosts },
      { now: () => (now += 50_000) },
    );
    expect(rows).toEqual({ 'OWN-5': 'unknown' });
    expect(text).toContain('its other addresses took all the time');
  });
});

describe('OWN-5: a server that takes a false end when the time is over', () => {
  it('fails without being asked which one it was', async () => {
    let now = 0;
    const { rows, text, heard } = await hear(
      smuggling,
      ({ line }) => (/[\r\n]/.test(line) ? '250 queued' : undefined),
      { triesSmuggling: true },
      { now: () => (now += 50_000) },
    );
    expect(rows).toEqual({ 'OWN-5': 'fail' });
    expect(text).toContain('takes LF . LF or LF . CR LF or');
    expect(heard.filter((line) => line === 'DATA')).toHaveLength(1);
  });
});

describe('OWN-5: hanging up', () => {
  const at =
    (where: string): Says =>
    ({ line }) => {
      if (line.includes('\n') || line.includes('\r'))
        return where === 'end' ? 'hang up' : '521 5.5.2 bare <LF>';
      return line.startsWith(where) ? 'hang up' : undefined;
    };

  it.each(['EHLO', 'MAIL', 'RCPT', 'DATA'])('at %s says nothing of false ends', async (where) => {
    const { rows, text } = await hear(smuggling, at(where), { triesSmuggling: true });
    expect(rows).toEqual({ 'OWN-5': 'unknown' });
    expect(text).toContain('hung up');
  });

  it.each(['end', 'nowhere'])('on a false end refuses it (%s)', async (where) => {
    const { rows } = await hear(smuggling, at(where), { triesSmuggling: true });
    expect(rows).toEqual({ 'OWN-5': 'pass' });
  });

  it('before the greeting is unknown', async () => {
    server.removeAllListeners('connection');
    server.on('connection', (socket) => socket.end());
    const [finding] = await look(true);
    expect(finding?.state).toBe('unknown');
  });
});
