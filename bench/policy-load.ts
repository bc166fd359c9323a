/**
 * Load for anything that speaks Postfix policy delegation: N connections, RCPT and DATA of one
 * message after the other, 1000 accounts. Closed loop: each connection asks when it was answered.
 * Open loop: requests leave at a given rate whatever comes back, and a late one counts as late.
 */
import { createConnection, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { cpuSeconds } from './children.ts';
import { messageRequests } from './policy-requests.ts';

export interface PolicyLoad {
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  readonly connections: number;
  /** Counted time; as much again, up to two seconds, warms up before. */
  readonly seconds: number;
  /** Requests a second of the open loop; absent means closed loop. */
  readonly ratePerSecond?: number;
  /** Tells runs apart, so that no instance comes twice. */
  readonly run?: number;
  /** Process whose CPU time is read over the counted time. */
  readonly serverPid?: number;
  /** Asks at RCPT only; absent means RCPT and DATA of each message. */
  readonly isRecipientsOnly?: boolean;
}

export interface PolicyLoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Answers other than DUNNO. */
  readonly refused: number;
  /** CPU the generator itself used; near 1 it is the bottleneck. */
  readonly generatorCpu: number;
  /** CPU seconds the server used in the counted time; 0 without its process id. */
  readonly serverCpuSeconds: number;
}

// Made before the clock starts: what is measured is the answering, not the making.
const MESSAGES_PREPARED = 4000;
const MAX_WARM_UP_SECONDS = 2;
const MAX_LATENCIES = 4_000_000;
// Further requests wait for a free connection, as smtpd processes do.
const MAX_WAITING = 100_000;

// Between two looks at the clock and the answers; latencies are up to this much too long.
const PAUSE_MS = 0.1;

const DUNNO = Buffer.from('action=DUNNO\n\n');

/** Runs the load in a thread of its own and gives its figures. */
export async function runPolicyLoad(load: PolicyLoad): Promise<PolicyLoadResult> {
  const worker = new Worker(new URL(import.meta.url), { workerData: load });
  const [message] = (await once(worker, 'message')) as [PolicyLoadResult | { error: string }];
  await worker.terminate();
  if ('error' in message) throw new Error(message.error);
  return message;
}

interface Line {
  readonly socket: Socket;
  readonly requests: readonly Buffer[];
  next: number;
  /** How often all requests were sent. */
  lap: number;
  /** When the request now asked was due; -1 when none is. */
  dueAt: number;
  last: number;
}

class Load {
  readonly #load: PolicyLoad;
  readonly #latencies = new Float64Array(MAX_LATENCIES);
  readonly #waiting: number[] = [];
  readonly #idle: Line[] = [];
  readonly #clock = new Int32Array(new SharedArrayBuffer(4));
  #count = 0;
  #refused = 0;
  #isCounting = false;
  #isOver = false;

  constructor(load: PolicyLoad) {
    this.#load = load;
  }

  async run(): Promise<PolicyLoadResult> {
    const { connections, seconds, ratePerSecond } = this.#load;
    const lines = await Promise.all(
      Array.from({ length: connections }, (_, index) => this.#connect(index)),
    );
    if (ratePerSecond === undefined) for (const line of lines) this.#ask(line, performance.now());
    else {
      this.#idle.push(...lines);
      void this.#pace(ratePerSecond);
    }
    await sleep(Math.min(seconds, MAX_WARM_UP_SECONDS) * 1000);
    this.#isCounting = true;
    const cpu = process.threadCpuUsage();
    const { serverPid } = this.#load;
    const serverCpu = (): number => (serverPid === undefined ? 0 : cpuSeconds(serverPid));
    const serverCpuBefore = serverCpu();
    const startedAt = performance.now();
    await sleep(seconds * 1000);
    this.#isOver = true;
    const serverCpuSeconds = serverCpu() - serverCpuBefore;
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    const used = process.threadCpuUsage(cpu);
    for (const line of lines) line.socket.destroy();
    const sorted = this.#latencies.subarray(0, Math.min(this.#count, MAX_LATENCIES)).sort();
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0) * 1000;
    return {
      requests: this.#count,
      requestsPerSecond: this.#count / elapsedSeconds,
      p50Us: at(0.5),
      p99Us: at(0.99),
      refused: this.#refused,
      generatorCpu: (used.user + used.system) / 1e6 / elapsedSeconds,
      serverCpuSeconds,
    };
  }

  async #connect(index: number): Promise<Line> {
    const { address, connections, run = 0, isRecipientsOnly = false } = this.#load;
    const at = address.lastIndexOf(':');
    const socket = address.startsWith('unix:')
      ? createConnection({ path: address.slice('unix:'.length) })
      : createConnection({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
    socket.setNoDelay(true);
    await once(socket, 'connect');
    const each = Math.ceil(MESSAGES_PREPARED / connections);
    const requests: Buffer[] = [];
    for (let serial = 0; serial < each; serial += 1) {
      const [recipient, data] = messageRequests(index + run * 1000, serial);
      requests.push(recipient);
      if (!isRecipientsOnly) requests.push(data);
    }
    const line: Line = { socket, requests, next: 0, lap: 0, dueAt: -1, last: 0 };
    socket.on('data', (chunk: Buffer) => this.#answered(line, chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.#isOver) throw new Error(`${address} closed a connection.`);
    });
    return line;
  }

  #ask(line: Line, dueAt: number): void {
    line.dueAt = dueAt;
    const request = line.requests[line.next];
    if (request !== undefined) {
      // The same messages again, under instances that were never used.
      if (line.lap > 0) renew(request);
      line.socket.write(request);
    }
    line.next += 1;
    if (line.next === line.requests.length) {
      line.next = 0;
      line.lap += 1;
    }
  }

  #answered(line: Line, chunk: Buffer): void {
    // An answer ends with a blank line; a longer one may come in pieces.
    if (chunk[chunk.length - 1] !== 10 || (chunk[chunk.length - 2] ?? line.last) !== 10) {
      line.last = chunk[chunk.length - 1] ?? 0;
      return;
    }
    const now = performance.now();
    if (this.#isCounting && !this.#isOver) {
      if (this.#count < MAX_LATENCIES) this.#latencies[this.#count] = now - line.dueAt;
      this.#count += 1;
      if (!chunk.equals(DUNNO)) this.#refused += 1;
    }
    if (this.#isOver) return;
    if (this.#load.ratePerSecond === undefined) {
      this.#ask(line, now);
      return;
    }
    const dueAt = this.#waiting.shift();
    if (dueAt === undefined) this.#idle.push(line);
    else this.#ask(line, dueAt);
  }

  /** Lets requests fall due evenly; each goes to a free connection or waits for one. */
  async #pace(ratePerSecond: number): Promise<void> {
    const startedAt = performance.now();
    for (let sent = 0; !this.#isOver;) {
      const now = performance.now();
      const due = Math.floor(((now - startedAt) / 1000) * ratePerSecond);
      for (; sent < due; sent += 1) {
        const dueAt = startedAt + (sent / ratePerSecond) * 1000;
        const line = this.#idle.shift();
        if (line !== undefined) this.#ask(line, dueAt);
        else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(dueAt);
        else throw new Error(`${ratePerSecond} requests a second are more than it can answer.`);
      }
      await new Promise(setImmediate);
      // A generator that never sleeps would take a core from the server's own threads.
      Atomics.wait(this.#clock, 0, 0, PAUSE_MS);
    }
  }
}

const INSTANCE = Buffer.from('\ninstance=');

/** Changes one digit group of the instance, in place and in the same length. */
function renew(request: Buffer): void {
  const at = request.indexOf(INSTANCE) + INSTANCE.length + '1000.'.length;
  const seconds = parseInt(request.toString('latin1', at, at + 8), 16) + 1;
  request.write(seconds.toString(16).padStart(8, '0'), at, 'latin1');
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  process.on('uncaughtException', (error) => port.postMessage({ error: error.message }));
  port.postMessage(await new Load(workerData as PolicyLoad).run());
}
