/**
 * Stands between Postfix and a milter, hands on every byte, and takes the time from the end of a
 * message to the milter's last word on it. Works in a thread of its own.
 */
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { END_OF_MESSAGE, LAST_WORDS, packetReader } from './milter-packets.ts';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

export interface EndReplies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface MilterTap {
  /** What was measured since the last time it was asked. */
  measured(): Promise<EndReplies>;
  close(): Promise<void>;
}

interface Sockets {
  readonly listen: string;
  readonly milter: string;
}

/** Listens on one unix socket and connects to the other for each connection. */
export async function openMilterTap(sockets: Sockets): Promise<MilterTap> {
  const worker = new Worker(new URL(import.meta.url), { workerData: sockets });
  await once(worker, 'message');
  return {
    measured: async () => {
      worker.postMessage('measured');
      const [replies] = (await once(worker, 'message')) as [EndReplies];
      return replies;
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

class Tap {
  #waits: number[] = [];

  async listen({ listen, milter }: Sockets): Promise<void> {
    const server = createServer((mta) => {
      this.#join(mta, createConnection({ path: milter }));
    });
    server.listen(listen);
    await once(server, 'listening');
    chmodSync(listen, 0o666);
  }

  /** Gives back and forgets. */
  take(): EndReplies {
    const sorted = Float64Array.from(this.#waits).sort();
    this.#waits = [];
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  #join(mta: Socket, milter: Socket): void {
    let endedAt = -1;
    const asked = packetReader((command) => {
      if (command === END_OF_MESSAGE) endedAt = performance.now();
    });
    const answered = packetReader((command) => {
      if (endedAt < 0 || !LAST_WORDS.includes(command)) return;
      this.#waits.push(performance.now() - endedAt);
      endedAt = -1;
    });
    relay(mta, milter, asked);
    relay(milter, mta, answered);
  }
}

function relay(from: Socket, to: Socket, read: (chunk: Buffer) => void): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
    read(chunk);
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const tap = new Tap();
  await tap.listen(workerData as Sockets);
  port.on('message', () => {
    port.postMessage(tap.take());
  });
  port.postMessage('listening');
}
