/** The socketmap door through its real socket: a table of questions, bad input, hard clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDoor } from '../../src/doors/listen.ts';
import { openSocketmapDoor } from '../../src/doors/socketmap/door.ts';
import type { SocketmapDoorOptions } from '../../src/doors/socketmap/options.ts';
import { forwardMaps } from '../../src/forwards/maps.ts';
import { openForwards } from '../../src/forwards/open-forwards.ts';
import { Client, until } from '../dialogues/dialogue.ts';
import { recordedTelemetry } from '../dialogues/scripted-gate.ts';

const doors: OpenDoor[] = [];
const clients: Client[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-socketmap-'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  for (const door of doors.splice(0)) await door.close();
  rmSync(folder, { recursive: true });
});

function maps(): SocketmapDoorOptions['maps'] {
  const forwards = openForwards({
    domain: 'fwd.example',
    formerDomains: [],
    excludedDomains: [],
    postsrsdSecrets: [],
    keysFile: join(folder, 'forward-keys'),
    isOwnDomain: (domain) => domain === 'own.example',
    now: Date.now,
    warn: () => undefined,
  });
  return new Map([
    ...forwardMaps(forwards, { keepsAll: (address) => address.startsWith('off@') }),
    [
      'broken',
      () => {
        throw new Error('no such table');
      },
    ],
    ['huge', () => ({ kind: 'ok', value: 'x'.repeat(100_000) })],
  ]);
}

async function open(options: Partial<SocketmapDoorOptions> = {}) {
  const telemetry = recordedTelemetry();
  const listen = [{ address: '127.0.0.1:0' }];
  const door = await openSocketmapDoor({ listen, maps: maps(), ...options }, telemetry);
  doors.push(door);
  return { door, telemetry };
}

function connect(door: OpenDoor): Client {
  const client = new Client(door.address);
  clients.push(client);
  return client;
}

const netstring = (text: string): string => `${Buffer.byteLength(text)}:${text},`;

/** What the door says to all of it; it is read as netstrings until the door ends or `count` came. */
async function ask(client: Client, text: string, count: number): Promise<string[]> {
  client.socket.write(text);
  const replies = (): string[] => {
    const found: string[] = [];
    for (let rest = client.received; ;) {
      const length = /^(\d+):/.exec(rest);
      if (length === null) return found;
      const end = length[0].length + Number(length[1]);
      if (rest.length <= end) return found;
      found.push(rest.slice(length[0].length, end));
      rest = rest.slice(end + 1);
    }
  };
  await until(() => replies().length >= count || client.isClosed, `${count} replies`);
  return replies();
}

describe('FWD-1: the maps', () => {
  it.each([
    ['srs-forward', 'ann@example.org', /^OK SRS0=.{4}=..=example\.org=ann@fwd\.example$/],
    ['srs-forward', 'SRS0=a=b=q.example=a@hop.example', /^OK SRS1=.{4}=hop\.example==a=b=/],
    ['srs-forward', 'bob@own.example', /^NOTFOUND $/],
    ['srs-forward', 'SRS0=abcd=JJ=q.example=a@fwd.example', /^NOTFOUND $/],
    ['srs-forward', '""', /^NOTFOUND $/],
    ['srs-forward', '<>', /^NOTFOUND $/],
    ['srs-forward', '', /^NOTFOUND $/],
    ['srs-forward', `${'a'.repeat(60)}@example.org`, /^NOTFOUND $/],
    ['srs-reverse', 'bob@own.example', /^NOTFOUND $/],
    ['srs-reverse', 'SRS0=abcd=JJ=q.example=a@fwd.example', /^NOTFOUND $/],
    ['srs-reverse', 'srs0=broken@fwd.example', /^NOTFOUND $/],
    ['srs-bounce', 'bob@own.example', /^NOTFOUND $/],
    ['srs-bounce', 'SRS0=abcd=JJ=q.example=a@fwd.example', /^NOTFOUND $/],
    ['forward-off', 'bob@own.example', /^NOTFOUND $/],
    ['forward-off', 'off@own.example', /^OK off@own\.example$/],
    ['srs', 'ann@example.org', /^PERM There is no such map\. Ask one of: srs-forward, /],
    ['broken', 'x', /^NOTFOUND $/],
    ['huge', 'x', /^NOTFOUND $/],
  ])('%s "%s" -> %s', async (map, key, reply) => {
    const { door } = await open();
    const [answer] = await ask(connect(door), netstring(`${map} ${key}`), 1);
    expect(answer).toMatch(reply);
  });

  it('what srs-forward made srs-reverse leads back, in lower case as smtpd asks too', async () => {
    const { door } = await open();
    const client = connect(door);
    const [made = ''] = await ask(client, netstring('srs-forward Ann@Example.org'), 1);
    const address = made.slice('OK '.length);
    const asked = netstring(`srs-reverse ${address}`);
    const [, there, folded] = await ask(client, asked + asked.toLowerCase(), 3);
    expect(there).toBe('OK Ann@Example.org');
    expect(folded).toBe('OK ann@example.org');
  });

  it('over a unix socket too', async () => {
    const { door } = await open({ listen: [{ address: `unix:${folder}/map.sock` }] });
    expect(await ask(connect(door), netstring('srs-forward <>'), 1)).toEqual(['NOTFOUND ']);
  });
});

describe('the failure stance', () => {
  it('a map that fails is answered TEMP where the stance is to defer', async () => {
    const { door, telemetry } = await open({ onFailure: 'defer' });
    const answers = await ask(connect(door), netstring('broken x'), 1);
    expect(answers).toEqual(['TEMP The look-up failed. Try again later.']);
    expect(telemetry.said.map(({ what }) => what)).toContain('judgingFailed');
  });
});

describe('bad input', () => {
  it.each([
    ['no netstring', 'get ann@example.org\n', 'does not begin with its length'],
    ['a wrong length', '2:srs-forward x,', 'does not end at its length'],
    ['an over-long request', `${9 * 1024}:srs-forward `, 'is longer than 8192 bytes'],
    ['a length without end', '9'.repeat(1_000_000), 'is longer than 8192 bytes'],
    ['no map', netstring('x'), 'names no map'],
  ])('%s: the stance is answered and the connection ended', async (_name, text, reason) => {
    const { door, telemetry } = await open();
    const client = connect(door);
    const good = netstring('srs-forward <>');
    expect(await ask(client, good + text, 3)).toEqual(['NOTFOUND ', 'NOTFOUND ']);
    const faults = telemetry.said.filter(({ what }) => what === 'clientFault');
    expect(faults.map(({ detail }) => detail)).toEqual([expect.stringContaining(reason)]);
  });

  it('dribbling: a request that comes byte by byte is answered', async () => {
    const { door } = await open();
    const client = connect(door);
    client.socket.setNoDelay(true);
    for (const byte of netstring('srs-forward <>')) {
      await new Promise((done) => client.socket.write(byte, done));
    }
    expect(await ask(client, '', 1)).toEqual(['NOTFOUND ']);
  });

  it("dribbling without end: the connection is cut, and the fault is the client's", async () => {
    const { door, telemetry } = await open({ requestTimeoutSeconds: 0.05 });
    const client = connect(door);
    client.socket.write('5000:');
    const dribble = setInterval(() => client.socket.write('a'), 5);
    await until(() => client.isClosed, 'the dribbler to be cut');
    clearInterval(dribble);
    expect(telemetry.said).toContainEqual({
      what: 'clientFault',
      detail: 'socketmap a client does not end its request',
    });
  });

  it('an idle connection ends after the idle time, without a fault', async () => {
    const { door, telemetry } = await open({ idleTimeoutSeconds: 0.05 });
    const client = connect(door);
    await until(() => client.isClosed, 'the idle connection to end');
    expect(telemetry.said.filter(({ what }) => what === 'clientFault')).toEqual([]);
  });

  it('pipelined: a thousand requests in one write are answered in their order', async () => {
    const { door } = await open();
    const asked = Array.from({ length: 1000 }, (_, n) => netstring(`srs-forward u${n}@q.example`));
    const answers = await ask(connect(door), asked.join(''), 1000);
    expect(answers.every((answer, n) => answer.endsWith(`=u${n}@fwd.example`))).toBe(true);
  });

  it('half-closed: a client that says no more gets its answers', async () => {
    const { door } = await open();
    const client = connect(door);
    client.socket.end(netstring('srs-forward <>').repeat(3) + '5:cut');
    await until(() => client.isClosed, 'the end');
    expect(client.received).toBe('9:NOTFOUND ,'.repeat(3));
  });

  it('a client that never reads is cut, and no more of its requests are taken in', async () => {
    const { door, telemetry } = await open({ requestTimeoutSeconds: 0.3 });
    const client = connect(door);
    client.socket.pause();
    const asked = netstring('srs-forward ann@q.example').repeat(2000);
    for (let n = 0; n < 400 && client.socket.writableLength < 1_000_000; n += 1) {
      client.socket.write(asked);
      await new Promise(setImmediate);
    }
    await until(
      () => telemetry.said.some(({ detail }) => detail.includes('does not take its answers')),
      'the client to be cut',
    );
  });

  it('many idle connections: the bound holds, those who are in are served', async () => {
    const { door, telemetry } = await open({ maxConnections: 50 });
    const first = connect(door);
    expect(await ask(first, netstring('srs-forward <>'), 1)).toEqual(['NOTFOUND ']);
    const others = Array.from({ length: 100 }, () => connect(door));
    await until(
      () => others.filter(({ isClosed }) => isClosed).length >= 51,
      'the rest to be shed',
    );
    expect(telemetry.openConnections()).toBe(50);
    expect(await ask(first, netstring('srs-forward <>'), 2)).toHaveLength(2);
  });

  it('closing finishes what is asked', async () => {
    const { door } = await open();
    const client = connect(door);
    expect(await ask(client, netstring('srs-forward <>'), 1)).toHaveLength(1);
    await door.close();
    await until(() => client.isClosed, 'the end');
  });
});
