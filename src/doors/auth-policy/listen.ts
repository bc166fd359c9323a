/** Puts an HTTP server on `host:port` or `unix:/path` and says in words why it cannot. */
import { chmod, lstat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { PrimumError } from '../../errors.ts';

/** Resolves with the address in use, the port chosen by the system included. */
export async function listen(server: Server, address: string, unixMode: number): Promise<string> {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length);
    await removeStaleSocket(address, path);
    await start(server, address, { path });
    await chmod(path, unixMode);
    return address;
  }
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = v6 ?? v4;
  if (host === undefined || Number(port) > 65_535) {
    throw new PrimumError(
      'LISTEN_FAILED',
      `The auth policy door cannot listen on ${address}: that is not an address. Write host:port or unix:/path.`,
    );
  }
  await start(server, address, { host, port: Number(port) });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return address;
  return v6 === undefined ? `${bound.address}:${bound.port}` : `[${bound.address}]:${bound.port}`;
}

function start(
  server: Server,
  address: string,
  where: { path: string } | { host: string; port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      reject(
        cause.code === 'EADDRINUSE'
          ? taken(address, cause)
          : new PrimumError(
              'LISTEN_FAILED',
              `The auth policy door cannot listen on ${address}: ${cause.message}. Change its address or the permissions.`,
              { cause },
            ),
      );
    };
    server.once('error', failed);
    server.listen({ ...where, backlog: 511 }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function taken(address: string, cause?: unknown): PrimumError {
  return new PrimumError(
    'PORT_TAKEN',
    `The auth policy door cannot listen on ${address}: another program has it. Stop that program or give the door another address.`,
    { cause },
  );
}

/** A socket file that nobody listens on is left from a crash and removed. */
async function removeStaleSocket(address: string, path: string): Promise<void> {
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return;
  if (!file.isSocket() || (await answers(path))) throw taken(address);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
