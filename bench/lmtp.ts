/** The LMTP door of the running product, durable, beside a loop that writes and flushes the same. */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { inFolder, median, startProgram } from './children.ts';
import type { ProductLine } from './product.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';

const CONNECTIONS = 16;
const REPORT_BYTES = 3_000;

/** A report of usual size; each has a number of its own, as each mail has a Message-ID. */
function report(number: number): string {
  const head = `Subject: report ${number}\r\nMessage-ID: <${number}@far.example>\r\n\r\n`;
  return `${head}${'Your message could not be delivered.\r\n'.repeat(80)}`.slice(0, REPORT_BYTES);
}

/** Waits for as many lines as are asked for, one after the other. */
function linesOf(socket: Socket): (count: number) => Promise<string> {
  let text = '';
  let wake: () => void = () => undefined;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
    wake();
  });
  socket.on('close', () => wake());
  return async (count) => {
    for (;;) {
      const lines = text.split('\r\n');
      if (lines.length > count) {
        text = lines.slice(count).join('\r\n');
        return lines[count - 1] ?? '';
      }
      if (socket.destroyed) throw new Error('The door ended the connection.');
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}

/** One connection until the time is over; how many messages were acknowledged. */
async function send(port: number, until: number, next: () => number): Promise<number> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  const lines = linesOf(socket);
  await lines(1);
  socket.write('LHLO bench\r\n');
  await lines(6);
  let count = 0;
  while (performance.now() < until) {
    socket.write('MAIL FROM:<>\r\nRCPT TO:<abuse@own.example>\r\nDATA\r\n');
    await lines(3);
    socket.write(`${report(next())}\r\n.\r\n`);
    const answer = await lines(1);
    if (!answer.startsWith('250')) throw new Error(`A report was answered ${answer}.`);
    count += 1;
  }
  socket.destroy();
  return count;
}

async function ourRound(port: number, seconds: number, next: () => number): Promise<number> {
  const begin = performance.now();
  const until = begin + seconds * 1000;
  const all = Array.from({ length: CONNECTIONS }, () => send(port, until, next));
  const counts = await Promise.all(all);
  const sum = counts.reduce((total, count) => total + count, 0);
  return sum / ((performance.now() - begin) / 1000);
}

function peerRound(folder: string, seconds: number, next: () => number): number {
  const begin = performance.now();
  const until = begin + seconds * 1000;
  let count = 0;
  while (performance.now() < until) {
    const number = next();
    const file = openSync(join(folder, String(number)), 'wx');
    writeSync(file, report(number));
    fsyncSync(file);
    closeSync(file);
    count += 1;
  }
  return count / ((performance.now() - begin) / 1000);
}

export async function lmtpRows(context: BenchContext): Promise<readonly Row[]> {
  return inFolder(async (folder) => {
    const child = await startProgram('product.ts', [context.program, folder]);
    try {
      const { addresses } = JSON.parse(child.line) as ProductLine;
      const port = Number(addresses['lmtp']?.[0]?.split(':').at(-1));
      const peerFolder = join(folder, 'peer');
      mkdirSync(peerFolder);
      let number = 0;
      const next = (): number => (number += 1);
      const [rounds, seconds] = context.isQuick ? [1, 1] : [5, 2];
      const ours: number[] = [];
      const peer: number[] = [];
      await ourRound(port, 0.5, next);
      for (let i = 0; i < rounds; i += 1) {
        context.say(`lmtp, round ${i + 1} of ${rounds}`);
        ours.push(await ourRound(port, seconds, next));
        peer.push(peerRound(peerFolder, seconds, next));
      }
      return [rowOf(median(ours), median(peer))];
    } finally {
      await child.stop();
    }
  });
}

function rowOf(ours: number, peer: number): Row {
  return {
    what: `LMTP door, reports of ${whole(REPORT_BYTES)} bytes, ${CONNECTIONS} connections`,
    ours: `${whole(ours)} messages/s`,
    peer: `${whole(peer)} messages/s`,
    ratio: times(ours / peer),
    goal: 'at least 300 messages/s',
    means:
      'Whole transactions, each durable before it is acknowledged, and handed to a consumer that keeps ' +
      'it for a person. The peer is a loop that writes the same bytes to a new file and flushes it.',
  };
}
