/**
 * Loopback ports for programs that cannot be given port 0. Blocks lie below the kernel's range for
 * outgoing connections (32768 and up), so that no client socket takes one by chance; the first port
 * of a block stays bound while it is in use and keeps other test runs out.
 */
import { createConnection, createServer, type Server } from 'node:net';

const FIRST_PORT = 20_000;
const BLOCK_PORTS = 16;
const BLOCKS = 750;

export interface PortBlock {
  /** Free ports, all of one block. */
  readonly ports: readonly number[];
  release(): Promise<void>;
}

function bind(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(server.unref());
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  const bound = await Promise.all(ports.map(bind));
  const servers = bound.filter((server) => server !== undefined);
  await Promise.all(servers.map(close));
  return servers.length === ports.length;
}

/** Takes a block of free ports. */
export async function takePorts(): Promise<PortBlock> {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let step = 0; step < BLOCKS; step += 1) {
    const first = FIRST_PORT + ((start + step) % BLOCKS) * BLOCK_PORTS;
    const keeper = await bind(first);
    if (!keeper) continue;
    const ports = Array.from({ length: BLOCK_PORTS - 1 }, (_, index) => first + 1 + index);
    if (await allFree(ports)) return { ports, release: () => close(keeper) };
    await close(keeper);
  }
  throw new Error('No free ports between 20000 and 31999 on 127.0.0.1; stop what listens there.');
}

/** Whether somebody takes connections there. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('error', () => {
      resolve(false);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
