/** Messages for Postfix, one a session: as fast as it takes them, or at a given rate. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const SESSIONS = 20;

/** Sends messages with smtp-source, one a session. @throws when not all were taken. */
export async function sendBatch(
  port: number,
  load: { readonly messages: number; readonly sizeBytes: number; readonly sessions?: number },
): Promise<void> {
  const child = spawn(
    'smtp-source',
    [
      ...['-s', String(load.sessions ?? SESSIONS), '-m', String(load.messages)],
      ...['-l', String(load.sizeBytes), '-f', 'ann@bench.test', '-t', 'a@dest.test'],
      `127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-500)));
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`smtp-source ended with ${code}: ${said}`);
}

export interface PacedLoad {
  readonly port: number;
  readonly messages: number;
  readonly sizeBytes: number;
  readonly ratePerSecond: number;
}

/** Sessions at once, fewer than smtpd processes; what falls due meanwhile waits. */
const MAX_SESSIONS = 50;

const LINE = `${'lorem ipsum '.repeat(5)}\r\n`;

function letter(number: number, sizeBytes: number): string {
  const head =
    `From: <ann@bench.test>\r\nTo: <a@dest.test>\r\nSubject: message ${number}\r\n` +
    `Date: Sat, 21 Nov 2026 05:00:00 +0000\r\nMessage-Id: <${number}@bench.test>\r\n\r\n`;
  return `${head}${LINE.repeat(Math.ceil((sizeBytes - head.length) / LINE.length))}.\r\n`;
}

/** One session with one message. @throws when it is not taken. */
async function sendOne(port: number, message: string): Promise<void> {
  const commands = ['HELO bench.test', 'MAIL FROM:<ann@bench.test>', 'RCPT TO:<a@dest.test>'];
  const said = [...commands.map((line) => `${line}\r\n`), 'DATA\r\n', message, 'QUIT\r\n'];
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.setNoDelay(true).setEncoding('latin1');
  let pending = '';
  let next = 0;
  try {
    for await (const chunk of socket as AsyncIterable<string>) {
      pending += chunk;
      if (!pending.endsWith('\r\n')) continue;
      if (!/^[23]/.test(pending)) throw new Error(`Postfix says ${pending.trim()}`);
      pending = '';
      if (next === said.length) break;
      socket.write(said[next] ?? '');
      next += 1;
    }
  } finally {
    socket.destroy();
  }
  if (next < said.length) throw new Error('Postfix closed the session.');
}

/**
 * Sends them all, evenly: smtp-source knows no rate. @throws when one is not taken.
 */
export async function sendPaced(load: PacedLoad): Promise<void> {
  const { port, messages, sizeBytes, ratePerSecond } = load;
  const open = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const startedAt = performance.now();
  for (let n = 0; n < messages && failures.length === 0; n += 1) {
    const dueIn = startedAt + (n / ratePerSecond) * 1000 - performance.now();
    if (dueIn > 0) await sleep(dueIn);
    while (open.size >= MAX_SESSIONS) await Promise.race(open);
    const one = sendOne(port, letter(n, sizeBytes))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => open.delete(one));
    open.add(one);
  }
  await Promise.all(open);
  if (failures.length > 0) throw failures[0];
}
