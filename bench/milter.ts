/**
 * The whole path: smtp-source, Postfix, the milter door of the running product over a unix socket,
 * smtp-sink; in turn with an empty Node milter that asks for the same replies.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, inFolder, median, startProgram, type BenchChild } from './children.ts';
import {
  milterObstacle,
  startBenchPostfix,
  untilDelivered,
  type MilterPath,
} from './milter-postfix.ts';
import { latencyRows } from './milter-latency.ts';
import { startMilterSenders } from './milter-senders.ts';
import type { ProductLine } from './product.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';
import { sendBatch } from './smtp-load.ts';

const KIB = 1024;

interface Side {
  readonly child: BenchChild;
  readonly path: MilterPath;
  readonly rates: number[];
  /** CPU of the milter in microseconds a message, at 3 and 10 KiB. */
  readonly small: number[];
  readonly large: number[];
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

const WARM_UP_SECONDS = 10;

/** Texts of 3 and 10 KiB straight to the milter, as fast as it takes them. */
async function warmUp(socket: string, seconds: number): Promise<void> {
  for (const sizeBytes of [3 * KIB, 10 * KIB]) {
    const senders = await startMilterSenders({ socket, connections: 10, sizeBytes, isText: true });
    await sleep((seconds * 1000) / 2);
    await senders.stop();
  }
}

async function round(side: Side, folder: string, messages: number): Promise<void> {
  const before = cpuSeconds(side.child.pid);
  const started = performance.now();
  await sendBatch(side.path.port, { messages, sizeBytes: 3 * KIB });
  await untilDelivered(folder);
  side.rates.push(messages / ((performance.now() - started) / 1000));
  side.small.push(((cpuSeconds(side.child.pid) - before) * 1e6) / messages);
  const between = cpuSeconds(side.child.pid);
  await sendBatch(side.path.port, { messages: messages / 2, sizeBytes: 10 * KIB });
  await untilDelivered(folder);
  side.large.push(((cpuSeconds(side.child.pid) - between) * 1e6) / (messages / 2));
}

/** Resident memory in bytes (proc(5)): now, or at most since its mark was set back. */
function residentBytes(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * KIB;
}

/** By how much resident memory grows meanwhile, at its most. The start took more than the rounds do. */
async function grownBytes(pid: number, work: () => Promise<void>): Promise<number> {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = residentBytes(pid, 'VmRSS');
  await work();
  return Math.max(0, residentBytes(pid, 'VmHWM') - before);
}

export async function milterRows(context: BenchContext): Promise<readonly Row[]> {
  const obstacle = milterObstacle();
  if (obstacle !== '') {
    context.say(`milter door left out: ${obstacle}`);
    return [];
  }
  const rounds = context.isQuick ? 1 : 5;
  const messages = context.isQuick ? 200 : 2000;
  return inFolder(async (folder) => {
    const [oursPort = 0, nullPort = 0, sinkPort = 0, ...tappedPorts] = await freePorts(5);
    const child = await startProgram('product.ts', [context.program, folder]);
    const nullSocket = join(folder, 'null.sock');
    const nullChild = await startProgram('milter-null.ts', [nullSocket]);
    const { addresses } = JSON.parse(child.line) as ProductLine;
    const socket = (addresses['milter']?.[0] ?? '').replace(/^unix:/, '');
    const side = (program: BenchChild, path: MilterPath): Side => ({
      child: program,
      path,
      rates: [],
      small: [],
      large: [],
    });
    const ours = side(child, { name: 'ours', port: oursPort, socket });
    const nothing = side(nullChild, { name: 'null', port: nullPort, socket: nullSocket });
    const tapped = ['ours', 'null'].map((name, index) => ({
      name: `${name}-tapped`,
      port: tappedPorts[index] ?? 0,
      socket: join(folder, `${name}-tapped.sock`),
    }));
    const postfix = await startBenchPostfix(folder, sinkPort, [
      ...[ours.path, nothing.path],
      ...tapped,
    ]);
    try {
      context.say('milter door, warming up');
      for (const each of [nothing, ours]) {
        // A daemon runs for months: its first thousands of messages are no measure.
        await warmUp(each.path.socket, context.isQuick ? 1 : WARM_UP_SECONDS);
        await sendBatch(each.path.port, { messages: messages / 4, sizeBytes: 3 * KIB });
      }
      for (let i = 0; i < rounds; i += 1) {
        context.say(`milter door, round ${i + 1} of ${rounds}`);
        await round(nothing, folder, messages);
        await round(ours, folder, messages);
      }
      context.say('milter door, one message of 25 MiB');
      const grown = await grownBytes(child.pid, async () => {
        await sendBatch(oursPort, { messages: 1, sizeBytes: 25 * KIB * KIB, sessions: 1 });
        await untilDelivered(folder);
      });
      const policy = addresses['policy']?.[0] ?? '';
      const latencies = await latencyRows(context, {
        folder,
        ratePerSecond: median(ours.rates) / 2,
        ours: { ...ours.path, tapped: tapped[0]!, policy },
        nothing: { ...nothing.path, tapped: tapped[1]!, policy: '' },
      });
      return [...rowsOf(ours, nothing, grown), ...latencies];
    } finally {
      await postfix.stop();
      await child.stop();
      await nullChild.stop();
    }
  });
}

function rowsOf(ours: Side, nothing: Side, grown: number): Row[] {
  const [rate, nullRate] = [median(ours.rates), median(nothing.rates)];
  const us = (value: number): string => `${whole(value)} us`;
  const cpu = (what: string, mine: number, theirs: number, goal: string): Row => ({
    what: `milter door, CPU a message of ${what}`,
    ours: us(mine),
    peer: us(theirs),
    ratio: times(theirs / mine),
    goal,
    means: 'The same rounds: CPU time of the whole milter process, disk writers included.',
  });
  return [
    {
      what: 'milter door, messages a second from end to end',
      ours: `${whole(rate)}/s`,
      peer: `${whole(nullRate)}/s`,
      ratio: times(rate / nullRate),
      goal: '0.9 x, never under 0.7 x',
      means:
        'smtp-source, Postfix, milter over a unix socket, smtp-sink: 20 sessions, 3 KiB, one message a ' +
        'session, until the queue is empty. The peer is a Node milter that reads the packets, asks for ' +
        'the same replies and accepts.',
    },
    cpu('3 KiB', median(ours.small), median(nothing.small), 'at most 500 us'),
    cpu('10 KiB', median(ours.large), median(nothing.large), 'at most 1,500 us'),
    {
      what: 'milter door, memory of a message of 25 MiB',
      ours: `${(grown / KIB / KIB).toFixed(1)} MiB`,
      peer: '-',
      ratio: '-',
      goal: 'at most 32 MiB',
      means: 'By how much the resident memory of the process grew at its most, after the rounds.',
    },
  ];
}
