/**
 * What the auth policy door itself costs: the door with a gate that passes everything against an
 * empty node:http server, in turn, medians of the rounds, with the servers' CPU time.
 * `node bench/auth-policy-ratio.ts [rounds] [seconds]`
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadInChild } from './auth-policy-load.ts';

export interface BenchServer {
  readonly port: number;
  readonly child: ChildProcess;
}

/** Starts a server program of this folder that prints its port as its first line. */
export async function startServer(file: string): Promise<BenchServer> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString().trim()), child };
}

/** User and system time of a process in seconds (proc(5), clock ticks of 10 ms). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function main(rounds: number, seconds: number): Promise<void> {
  const files = ['auth-policy-null.ts', 'auth-policy-trivial.ts'] as const;
  for (const command of ['allow', 'report'] as const) {
    const rates = new Map<string, number[]>(files.map((file) => [file, []]));
    const costs = new Map<string, number[]>(files.map((file) => [file, []]));
    for (const file of Array.from({ length: rounds }, () => files).flat()) {
      const server = await startServer(file);
      const load = { port: server.port, command, connections: 16 };
      await loadInChild({ ...load, seconds: 1 });
      const before = cpuSeconds(server.child.pid ?? 0);
      const result = await loadInChild({ ...load, seconds });
      const cpu = cpuSeconds(server.child.pid ?? 0) - before;
      if (result.failures > 0) throw new Error(`${result.failures} requests of ${file} failed.`);
      rates.get(file)?.push(result.perSecond);
      costs.get(file)?.push((cpu * 1e6) / result.requests);
      server.child.kill();
    }
    const [nullRate = 0, doorRate = 0] = files.map((file) => median(rates.get(file) ?? []));
    const [nullCost = 0, doorCost = 0] = files.map((file) => median(costs.get(file) ?? []));
    console.log(
      `${command}: empty server ${Math.round(nullRate)}/s ${nullCost.toFixed(1)} us, ` +
        `door ${Math.round(doorRate)}/s ${doorCost.toFixed(1)} us, ` +
        `rate ${(doorRate / nullRate).toFixed(2)} x, CPU ${(nullCost / doorCost).toFixed(2)} x`,
    );
  }
}

if (import.meta.main) await main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 3));
