import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client, until } from '../../test/dialogues/dialogue.ts';
import { recordedTelemetry } from '../../test/dialogues/scripted-gate.ts';
import { PrimumError } from '../errors.ts';
import {
  formatListenAddress,
  groupId,
  MAX_SOCKET_PATH_BYTES,
  parseListenAddress,
} from './listen-address.ts';
import { bind, openStreamDoor, type OpenDoor, type StreamSession } from './listen.ts';

let folder: string;
const servers: Server[] = [];
const doors: OpenDoor[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-listen-'));
});

afterEach(async () => {
  for (const door of doors.splice(0)) await door.close();
  for (const server of servers.splice(0)) server.close();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

function newServer(): Server {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  return server;
}

async function refusal(attempt: Promise<unknown>): Promise<PrimumError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PrimumError)) throw new Error('It was not refused.', { cause: error });
  expect(error.message).not.toContain('\n');
  return error;
}

/** A socket file nobody listens on, as `kill -9` leaves it. */
async function staleSocket(path: string): Promise<void> {
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('an address to listen on', () => {
  it.each(['127.0.0.1:10040', '[::1]:25', 'localhost:0', 'unix:/run/primum/policy.sock'])(
    '%s is read and written the same',
    (text) => {
      const address = parseListenAddress(text);
      expect(address.ok && formatListenAddress(address.value)).toBe(text);
    },
  );

  it.each(['', '10040', 'host', 'host:', ':25', 'host:65536', '::1:25', 'unix:', 'unix:relative'])(
    '%j is refused with how to write it',
    (text) => {
      const address = parseListenAddress(text);
      expect(address.ok ? '' : address.reason).toContain('Write');
    },
  );

  it('is refused when the socket path is longer than the system takes', () => {
    const path = `/${'a'.repeat(MAX_SOCKET_PATH_BYTES - 1)}`;
    expect(parseListenAddress(`unix:${path}`).ok).toBe(true);
    expect(parseListenAddress(`unix:${path}b`).ok).toBe(false);
  });

  it('finds groups by name and by number', async () => {
    expect(await groupId('root')).toBe(0);
    expect(await groupId('1234')).toBe(1234);
    expect(await groupId('no-such-group')).toBeUndefined();
  });
});

describe('listening', () => {
  it('names address, setting, cause and remedy in one line when the port is taken', async () => {
    const address = await bind(newServer(), { address: '127.0.0.1:0' });
    const error = await refusal(bind(newServer(), { address, setting: 'doors.policy.listen' }));
    expect(error.code).toBe('PORT_TAKEN');
    expect(error.message).toBe(
      `Cannot listen on ${address} (doors.policy.listen): another program listens there. Stop it, or choose another address.`,
    );
  });

  it('says the same of a unix socket that somebody answers on, and leaves it alone', async () => {
    const address = `unix:${folder}/door.sock`;
    await bind(newServer(), { address });
    const error = await refusal(bind(newServer(), { address }));
    expect(error.code).toBe('PORT_TAKEN');
    expect(error.message).toContain(address);
    expect(existsSync(`${folder}/door.sock`)).toBe(true);
  });

  it('replaces a socket that nobody answers on', async () => {
    const path = `${folder}/door.sock`;
    await staleSocket(path);
    expect(statSync(path).isSocket()).toBe(true);
    expect(await bind(newServer(), { address: `unix:${path}` })).toBe(`unix:${path}`);
  });

  it('never removes a file that is not a socket', async () => {
    const path = `${folder}/precious.txt`;
    writeFileSync(path, 'keep me');
    const error = await refusal(bind(newServer(), { address: `unix:${path}` }));
    expect(error.message).toContain('a file that is not a socket is in its place');
    expect(existsSync(path)).toBe(true);
  });

  it('gives a unix socket its mode and group', async () => {
    const path = `${folder}/door.sock`;
    const group = process.getgid?.() ?? 0;
    await bind(newServer(), { address: `unix:${path}`, mode: 0o600, group });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(path).gid).toBe(group);
    await bind(newServer(), { address: `unix:${folder}/other.sock` });
    expect(statSync(`${folder}/other.sock`).mode & 0o777).toBe(0o660);
  });

  it.each([
    ['unix:/no/such/folder/door.sock', 'its folder does not exist'],
    ['192.0.2.1:10040', 'this host does not have that address'],
    ['nonsense', 'is not an address to listen on'],
  ])('says why it cannot listen on %s', async (address, cause) => {
    const error = await refusal(bind(newServer(), { address }));
    expect(error.code).toBe('LISTEN_FAILED');
    expect(error.message).toContain(cause);
  });

  it('says so when the group does not exist', async () => {
    const options = { address: `unix:${folder}/door.sock`, group: 'no-such-group' };
    expect((await refusal(bind(newServer(), options))).message).toContain(
      'there is no group "no-such-group"',
    );
  });
});

describe('a stream door', () => {
  async function openEcho(options: {
    readonly listen: readonly string[];
    readonly maxConnections?: number;
    readonly finish?: (end: () => void) => void;
  }): Promise<{ door: OpenDoor; telemetry: ReturnType<typeof recordedTelemetry> }> {
    const telemetry = recordedTelemetry();
    const door = await openStreamDoor(
      {
        door: 'policy',
        listen: options.listen.map((address) => ({ address })),
        maxConnections: options.maxConnections ?? 100,
        closeGraceSeconds: 0.05,
      },
      telemetry,
      (socket): StreamSession => {
        socket.on('error', () => undefined);
        socket.pipe(socket);
        const end = () => socket.destroySoon();
        return { finish: () => (options.finish ?? ((now) => now()))(end) };
      },
    );
    doors.push(door);
    return { door, telemetry };
  }

  it('listens on several addresses and names each', async () => {
    const { door, telemetry } = await openEcho({
      listen: ['127.0.0.1:0', `unix:${folder}/door.sock`],
    });
    expect(door.address).toBe(door.addresses.join(', '));
    expect(door.addresses).toHaveLength(2);
    for (const address of door.addresses) {
      const client = new Client(address);
      client.socket.write('hello\n');
      expect(await client.line()).toBe('hello');
      client.socket.destroy();
    }
    expect(telemetry.said.filter(({ what }) => what === 'doorOpen')).toHaveLength(2);
  });

  it('leaves nothing open when one of its addresses fails', async () => {
    const path = `${folder}/door.sock`;
    await refusal(openEcho({ listen: [`unix:${path}`, 'nonsense'] }));
    expect(existsSync(path)).toBe(false);
  });

  it('closes a connection above its bound, says so, and takes one again later', async () => {
    const { door, telemetry } = await openEcho({ listen: ['127.0.0.1:0'], maxConnections: 1 });
    const first = new Client(door.address);
    first.socket.write('in\n');
    expect(await first.line()).toBe('in');
    const second = new Client(door.address);
    await until(() => second.isClosed, 'the second connection to be closed');
    expect(telemetry.said).toContainEqual({ what: 'shed', detail: 'policy connection' });
    await first.end();
    await until(() => telemetry.openConnections() === 0, 'the first to be gone');
    const third = new Client(door.address);
    third.socket.write('in\n');
    expect(await third.line()).toBe('in');
    third.socket.destroy();
  });

  it('waits at its close for connections that finish, and cuts those that do not', async () => {
    let end: () => void = () => undefined;
    const { door } = await openEcho({ listen: ['127.0.0.1:0'], finish: (now) => (end = now) });
    const client = new Client(door.address);
    client.socket.write('in\n');
    await client.line();
    const closed = door.close();
    expect(door.close()).toBe(closed);
    await closed;
    end();
    await until(() => client.isClosed, 'the connection to be cut');
    expect((await refusalOrError(door.address)).length).toBeGreaterThan(0);
  });

  it('removes its unix socket at its close', async () => {
    const path = `${folder}/door.sock`;
    const { door } = await openEcho({ listen: [`unix:${path}`] });
    await door.close();
    expect(existsSync(path)).toBe(false);
  });
});

async function refusalOrError(address: string): Promise<string> {
  const client = new Client(address);
  const [error] = (await once(client.socket, 'error').catch((reason: unknown) => [reason])) as [
    unknown,
  ];
  return String(error);
}
