/**
 * Listening for every door that keeps a stream: binds `host:port` and `unix:/path`, bounds the
 * connections, and on close lets each one finish what is in flight. `bind` serves HTTP servers too.
 */
import { createServer, createConnection, type Server, type Socket } from 'node:net';
import { chmod, chown, lstat, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrimumError } from '../errors.ts';
import type { DoorName, Telemetry } from '../telemetry/contract.ts';
import { startSweep, type SweepOptions } from './connection-clock.ts';
import { formatListenAddress, groupId, parseListenAddress } from './listen-address.ts';

export { ConnectionClock } from './connection-clock.ts';

/** A door that listens. */
export interface OpenDoor {
  /** Where it listens, as people write it; several are joined by a comma. */
  readonly address: string;
  /** One entry for each address asked for, with the port the system chose for port 0. */
  readonly addresses: readonly string[];
  /** Stops listening, finishes what is in flight, ends the connections. */
  close(): Promise<void>;
}

/** One place to listen on. */
export interface ListenOptions {
  /** `host:port`, `[ipv6]:port` or `unix:/path`. */
  readonly address: string;
  /** Permissions of a unix socket. Default 0660. */
  readonly mode?: number;
  /** Group of a unix socket, by name or number, such as `postfix`. */
  readonly group?: string | number;
  /** The configuration key that says so, for messages. */
  readonly setting?: string;
}

const DEFAULT_SOCKET_MODE = 0o660;

// A restarted Postfix connects with all its smtpd processes at once; the kernel caps this itself.
const LISTEN_BACKLOG = 4096;

// Somebody who listens answers a connect at once; a hung one is somebody too.
const PROBE_TIMEOUT_MS = 1000;

/**
 * Makes a server listen and gives the address in full. A unix socket left behind is removed only
 * when nobody answers on it. @throws PrimumError PORT_TAKEN or LISTEN_FAILED.
 */
export async function bind(server: Server, options: ListenOptions): Promise<string> {
  const where = parseListenAddress(options.address);
  if (!where.ok) throw new PrimumError('LISTEN_FAILED', where.reason);
  const address = where.value;
  if (address.kind === 'unix') {
    await bindSocket(server, address.path, options);
    return formatListenAddress(address);
  }
  const target = { host: address.host, port: address.port, backlog: LISTEN_BACKLOG };
  await listenOnce(server, target).catch((error: unknown) => {
    throw listenError(error, options);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return formatListenAddress({ ...address, port });
}

async function bindSocket(server: Server, path: string, options: ListenOptions): Promise<void> {
  const gid = await socketGroup(options);
  const target = { path, backlog: LISTEN_BACKLOG };
  // libuv reports a missing folder as EACCES; ask beforehand, so that the cause is the true one.
  await stat(dirname(path)).catch((error: unknown) => {
    throw listenError(error, options);
  });
  try {
    await listenOnce(server, target);
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw listenError(error, options);
    await removeStaleSocket(path, options, error);
    await listenOnce(server, target).catch((again: unknown) => {
      throw listenError(again, options);
    });
  }
  try {
    // Connecting needs write permission, which the usual umask 022 gives to nobody else until here.
    await chmod(path, options.mode ?? DEFAULT_SOCKET_MODE);
    if (gid !== undefined) await chown(path, process.getuid?.() ?? 0, gid);
  } catch (error) {
    server.close();
    throw listenError(error, options);
  }
}

async function socketGroup(options: ListenOptions): Promise<number | undefined> {
  if (options.group === undefined) return undefined;
  const gid = await groupId(options.group).catch(() => undefined);
  if (gid !== undefined) return gid;
  throw new PrimumError(
    'LISTEN_FAILED',
    `Cannot listen on ${placeOf(options)}: there is no group "${options.group}". Create it or name another.`,
  );
}

function listenOnce(server: Server, target: Parameters<Server['listen']>[0]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(target, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function removeStaleSocket(
  path: string,
  options: ListenOptions,
  cause: unknown,
): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new PrimumError(
      'LISTEN_FAILED',
      `Cannot listen on ${placeOf(options)}: a file that is not a socket is in its place. Move it away or choose another path.`,
      { cause },
    );
  }
  if (await somebodyListens(path)) throw listenError(cause, options);
  await unlink(path).catch((error: unknown) => {
    throw listenError(error, options);
  });
}

/** Only a refused connection proves that nobody listens; anything else counts as somebody. */
function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection({ path, timeout: PROBE_TIMEOUT_MS });
    const done = (listens: boolean) => {
      probe.destroy();
      resolve(listens);
    };
    probe.once('connect', () => done(true));
    probe.once('timeout', () => done(true));
    probe.once('error', (error) => done(errorCode(error) !== 'ECONNREFUSED'));
  });
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function placeOf(options: ListenOptions): string {
  return options.setting === undefined
    ? options.address
    : `${options.address} (${options.setting})`;
}

const CAUSES: Readonly<Record<string, readonly [cause: string, remedy: string]>> = {
  EADDRINUSE: ['another program listens there', 'Stop it, or choose another address'],
  EACCES: ['this user may not', 'Choose a port above 1023 or a folder that this user may write'],
  EPERM: ['this user may not', 'Choose a group that this user is in, or start as root'],
  EADDRNOTAVAIL: ['this host does not have that address', 'Choose one of its own'],
  ENOTFOUND: ['the host name is not known', 'Write an IP address'],
  ENOENT: ['its folder does not exist', 'Create the folder or choose another path'],
};

function listenError(error: unknown, options: ListenOptions): PrimumError {
  const code = errorCode(error);
  const [cause, remedy] = CAUSES[code] ?? [String(error), 'Choose another address'];
  const name = code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'LISTEN_FAILED';
  return new PrimumError(name, `Cannot listen on ${placeOf(options)}: ${cause}. ${remedy}.`, {
    cause: error,
  });
}

/** One connection as its door sees it. */
export interface StreamSession {
  /** Ends the connection when what is in flight is answered; at once when nothing is. */
  finish(): void;
  /** Cuts the connection where its time is over; called at each sweep, `now` in milliseconds. */
  expire?(now: number): void;
}

/** What opening a stream door takes. */
export interface StreamDoorOptions {
  readonly door: DoorName;
  readonly listen: readonly ListenOptions[];
  /** Connections at the same time over all addresses; one more is closed at once. */
  readonly maxConnections: number;
  /** How long close() waits for work in flight before it cuts the connections. */
  readonly closeGraceSeconds: number;
  /** How often the sessions are asked whether their time is over. */
  readonly sweep?: SweepOptions;
}

/**
 * Opens a door that keeps connections. `accept` is called once a connection and owns the socket,
 * its `error` events included. @throws PrimumError when one address fails; then none stays open.
 */
export async function openStreamDoor(
  options: StreamDoorOptions,
  telemetry: Telemetry,
  accept: (socket: Socket) => StreamSession,
): Promise<OpenDoor> {
  const sessions = new Map<Socket, StreamSession>();
  const welcome = (socket: Socket) => {
    if (sessions.size >= options.maxConnections) {
      telemetry.shed(options.door, 'connection');
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    sessions.set(socket, accept(socket));
    telemetry.connections(options.door, sessions.size);
    socket.once('close', () => {
      sessions.delete(socket);
      telemetry.connections(options.door, sessions.size);
    });
  };
  const servers: Server[] = [];
  const addresses: string[] = [];
  try {
    for (const place of options.listen) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, welcome);
      addresses.push(await bind(server, place));
      servers.push(server);
      // Accepting fails when the process has no descriptor left; those who are in go on.
      server.on('error', () => telemetry.shed(options.door, 'connection without a descriptor'));
    }
  } catch (error) {
    await Promise.all(servers.map(closeServer));
    throw error;
  }
  for (const address of addresses) telemetry.doorOpen(options.door, address);
  const endSweep =
    options.sweep &&
    startSweep(options.sweep, (now) => {
      for (const session of sessions.values()) session.expire?.(now);
    });
  let closing: Promise<void> | undefined;
  return {
    address: addresses.join(', '),
    addresses,
    close: () =>
      (closing ??= closeStreams(servers, sessions, options.closeGraceSeconds).then(endSweep)),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function closeStreams(
  servers: readonly Server[],
  sessions: ReadonlyMap<Socket, StreamSession>,
  graceSeconds: number,
): Promise<void> {
  const closed = Promise.all(servers.map(closeServer));
  for (const session of sessions.values()) session.finish();
  const cut = setTimeout(() => {
    for (const socket of sessions.keys()) socket.destroy();
  }, graceSeconds * 1000);
  await closed;
  clearTimeout(cut);
}
