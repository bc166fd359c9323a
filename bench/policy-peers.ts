/**
 * The policy servers of Debian's packages with three rate rules each, beside the product: started on
 * loopback in a temporary folder, stopped by their process ids.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, createConnection } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inFolder, median, stopChild } from './children.ts';
import { runPolicyLoad } from './policy-load.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';

interface Peer {
  readonly name: string;
  readonly program: string;
  /** Name of the file with its process id; it runs in the background by itself. */
  readonly pidFile?: string;
  /** Writes its configuration; gives the command line. */
  prepare(folder: string, port: number): readonly string[];
}

const POSTFWD_PID = 'postfwd.pid';
const PATIENCE_MS = 15_000;

const PEERS: readonly Peer[] = [
  {
    name: 'postfwd',
    program: '/usr/sbin/postfwd',
    pidFile: POSTFWD_PID,
    prepare: (folder, port) => {
      const rules = [60, 3_600, 86_400].map(
        (seconds) =>
          `id=R${seconds}; sasl_username=~/./; action=rate(sasl_username/1000000000/${seconds}/450 4.7.1 slow)`,
      );
      const file = join(folder, 'postfwd.cf');
      writeFileSync(file, `${rules.join('\n')}\n`);
      return postfwdArguments(folder, file, port);
    },
  },
  {
    name: 'policyd-rate-limit',
    program: '/usr/bin/policyd-rate-limit',
    prepare: (folder, port) => {
      const file = join(folder, 'policyd.yaml');
      writeFileSync(file, policydSettings(folder, port));
      return ['--file', file];
    },
  },
];

function postfwdArguments(folder: string, file: string, port: number): string[] {
  const owner = process.getuid?.() === 0 ? 'nobody' : userName();
  const group = process.getuid?.() === 0 ? 'nogroup' : userName();
  return [
    ...['-f', file, '-i', '127.0.0.1', '-p', String(port), '-u', owner, '-g', group],
    ...['--cache_proto', 'unix', '--cache_port', join(folder, 'cache')],
    ...['--pidfile', join(folder, POSTFWD_PID), '--perfmon', '-c', '0'],
  ];
}

function userName(): string {
  return spawnSync('id', ['-un'], { encoding: 'utf8' }).stdout.trim();
}

function policydSettings(folder: string, port: number): string {
  const isRoot = process.getuid?.() === 0;
  return `debug: False
user: "${isRoot ? 'policyd-rate-limit' : userName()}"
group: "${isRoot ? 'policyd-rate-limit' : userName()}"
pidfile: "${join(folder, 'policyd.pid')}"
sqlite_config: { database: "${join(folder, 'db.sqlite3')}" }
backend: 0
SOCKET: ["127.0.0.1", ${port}]
limits: [[1000000000, 60], [1000000000, 3600], [1000000000, 86400]]
limits_by_id: {}
limit_by_sasl: True
limit_by_sender: False
limit_by_ip: False
limited_networks: []
success_action: "dunno"
fail_action: "defer_if_permit Rate limit reach, retry later"
db_error_action: "dunno"
report: False
delay_to_close: 300
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    if (await holds()) return true;
    await pause(50);
  }
  return false;
}

/** Ends the peer by its process id. */
async function stopPeer(peer: Peer, child: ChildProcess, folder: string): Promise<void> {
  await stopChild(child);
  if (peer.pidFile === undefined) return;
  const file = join(folder, peer.pidFile);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : 0;
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  process.kill(pid, 'SIGTERM');
  await until(() => !existsSync(`/proc/${pid}`));
}

/** One row a peer; a peer that is not installed has a row that says how to install it. */
export async function policyPeerRows(context: BenchContext, ourRate: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const peer of PEERS) {
    const common = {
      what: `policy door beside ${peer.name}`,
      ours: `${whole(ourRate)}/s`,
      goal: '30 x',
    };
    if (!existsSync(peer.program)) {
      const means = `Not installed: apt-get install ${peer.name}, then measure again.`;
      rows.push({ ...common, peer: 'not measured', ratio: '-', means });
      continue;
    }
    context.say(`policy door, peer ${peer.name}`);
    const rate = await measure(peer, context);
    rows.push({
      ...common,
      peer: `${whole(rate)}/s`,
      ratio: times(ourRate / rate),
      means:
        `Debian's ${peer.name} with three rate rules per login, asked at RCPT, where its manual puts it; ` +
        'the product is asked at RCPT and DATA.',
    });
  }
  return rows;
}

function measure(peer: Peer, context: BenchContext): Promise<number> {
  return inFolder(async (folder) => {
    chmodSync(folder, 0o777);
    const port = await freePort();
    const args = peer.prepare(folder, port);
    const child = spawn(peer.program, args, { cwd: folder, stdio: 'ignore' });
    try {
      if (!(await until(() => isListening(port)))) throw new Error(`${peer.name} did not start.`);
      const rates: number[] = [];
      for (let run = 0; run < (context.isQuick ? 1 : 3); run += 1) {
        const { requestsPerSecond } = await runPolicyLoad({
          address: `127.0.0.1:${port}`,
          connections: 16,
          seconds: context.isQuick ? 1 : 4,
          run,
          // policyd-rate-limit passes everything else without a look at its rules.
          isRecipientsOnly: true,
        });
        rates.push(requestsPerSecond);
      }
      return median(rates);
    } finally {
      await stopPeer(peer, child, folder);
    }
  });
}
