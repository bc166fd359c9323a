/** A postsrsd of its own, asked as Postfix asks it (tcp_table(5)). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { takePorts } from './ports.ts';
import { until } from './run.ts';

export interface Postsrsd {
  /** The rewritten address, or the reason why there is none after `500 `. */
  forward(address: string): Promise<string>;
  reverse(address: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startPostsrsd(
  folder: string,
  { domain, secret }: { readonly domain: string; readonly secret: string },
): Promise<Postsrsd> {
  const secretFile = join(folder, 'postsrsd.secret');
  await writeFile(secretFile, `${secret}\n`, { mode: 0o600 });
  const block = await takePorts();
  const [forwardPort = 0, reversePort = 0] = block.ports;
  const child = spawn(
    '/usr/sbin/postsrsd',
    [`-s${secretFile}`, `-d${domain}`, '-l127.0.0.1', `-f${forwardPort}`, `-r${reversePort}`, '-4'],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  await until('postsrsd to listen', () =>
    ask(reversePort, 'x').then(
      () => true,
      () => false,
    ),
  );
  return {
    forward: (address) => ask(forwardPort, address),
    reverse: (address) => ask(reversePort, address),
    stop: async () => {
      child.kill();
      await ended;
      await block.release();
    },
  };
}

async function ask(port: number, address: string): Promise<string> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  socket.setEncoding('utf8');
  socket.write(`get ${address}\n`);
  try {
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.endsWith('\n')) break;
    }
    return text.trim().replace(/^200 /, '');
  } finally {
    socket.destroy();
  }
}
