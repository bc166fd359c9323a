/**
 * A bounded load on an auth policy server: so many kept connections, each with one request under
 * way, for so long. Addresses and passwords differ from request to request. Run as a program it
 * takes LoadOptions as JSON and prints LoadResult as JSON.
 */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BENCH_SECRET } from './auth-policy-null.ts';

export interface LoadOptions {
  readonly port: number;
  readonly command: 'allow' | 'report';
  readonly connections: number;
  readonly seconds: number;
  /** Default BENCH_SECRET, sent as HTTP Basic. */
  readonly secret?: string;
  /** Distinct logins; default 10,000. */
  readonly accounts?: number;
  /** Requests a second over all connections; absent means as fast as answers come. */
  readonly pace?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  /** Anything but a 200. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const PREPARED = 20_000;
const SAMPLES_MAX = 200_000;

/** Requests as Dovecot writes them, prepared so that the load costs little itself. */
function prepare(options: LoadOptions): Buffer[] {
  const token = Buffer.from(`wforce:${options.secret ?? BENCH_SECRET}`).toString('base64');
  const accounts = options.accounts ?? 10_000;
  return Array.from({ length: PREPARED }, (_, i) => {
    const tuple = {
      device_id: '"name" "Thunderbird" "version" "128.0"',
      login: `user${i % accounts}@example.com`,
      protocol: i % 3 === 0 ? 'smtp' : 'imap',
      pwhash: (i & 0xfff).toString(16).padStart(4, '0'),
      remote: `${11 + (i % 80)}.${(i >> 4) & 255}.${(i >> 2) & 255}.${(i * 7) & 255}`,
      session_id: `s${i}`,
      ...(options.command === 'report' && { success: i % 10 !== 0, policy_reject: false }),
      tls: true,
    };
    const body = JSON.stringify(tuple);
    return Buffer.from(
      `POST /?command=${options.command} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\n` +
        `User-Agent: dovecot/auth-policy-client\r\nContent-Length: ${body.length}\r\n` +
        `Connection: Keep-Alive\r\nContent-Type: application/json\r\n` +
        `Authorization: Basic ${token}\r\n\r\n${body}`,
    );
  });
}

/** Runs the load in this process. */
export async function loadAuthPolicy(options: LoadOptions): Promise<LoadResult> {
  const requests = prepare(options);
  const samples = new Float64Array(SAMPLES_MAX);
  const state = { sent: 0, answered: 0, failures: 0, samples };
  const started = performance.now();
  const endMs = started + options.seconds * 1_000;
  await Promise.all(
    Array.from({ length: options.connections }, (_, i) =>
      drive(options, { requests, state, endMs, firstMs: started, index: i }),
    ),
  );
  const elapsed = (performance.now() - started) / 1_000;
  const sorted = samples.subarray(0, Math.min(state.answered, SAMPLES_MAX)).sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    requests: state.answered,
    perSecond: state.answered / elapsed,
    failures: state.failures,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

interface Shared {
  readonly requests: readonly Buffer[];
  readonly state: { sent: number; answered: number; failures: number; samples: Float64Array };
  readonly endMs: number;
  readonly firstMs: number;
  readonly index: number;
}

/** One connection in a closed loop; answers are small and come whole in nearly every read. */
function drive(options: LoadOptions, shared: Shared): Promise<void> {
  const { state, requests } = shared;
  const gapMs = options.pace === undefined ? 0 : (options.connections * 1_000) / options.pace;
  return new Promise((resolve, reject) => {
    const socket = connect(options.port, '127.0.0.1');
    socket.setNoDelay(true);
    let sentMs = 0;
    let turn = 0;
    let text = '';
    const next = (): void => {
      sentMs = performance.now();
      socket.write(requests[state.sent++ % requests.length] ?? '');
    };
    socket.on('connect', next);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < head + 4 + length) return;
      const now = performance.now();
      if (!text.startsWith('HTTP/1.1 200')) state.failures++;
      state.samples[state.answered++ % SAMPLES_MAX] = now - sentMs;
      text = '';
      if (now >= shared.endMs) socket.end();
      else if (gapMs === 0) next();
      else {
        const due = shared.firstMs + gapMs * (++turn + shared.index / options.connections);
        setTimeout(next, Math.max(0, due - now));
      }
    });
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}

/** Runs the load in a process of its own, so that it does not share the server's thread. */
export async function loadInChild(options: LoadOptions): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(import.meta.url),
    JSON.stringify(options),
  ]);
  return JSON.parse(stdout) as LoadResult;
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
  console.log(JSON.stringify(await loadAuthPolicy(options)));
}
