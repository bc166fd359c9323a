/** Programs under measurement: started in a folder of their own, stopped by their id alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface BenchChild {
  readonly pid: number;
  /** First line of its output. */
  readonly line: string;
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** Arguments of node before the program, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  readonly cwd?: string;
  /** How long its first line may take; a minute unless told otherwise. */
  readonly patienceMs?: number;
}

const FIRST_LINE_MS = 60_000;
const STOP_MS = 15_000;

/** Starts a program of this folder; resolves with the first line it prints. */
export async function startProgram(
  file: string,
  args: readonly string[] = [],
  options: ChildOptions = {},
): Promise<BenchChild> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const lines = createInterface(child.stdout);
  const died = once(child, 'exit').then(() => {
    throw new Error(`${file} ended before it was ready: ${said}`);
  });
  const late = AbortSignal.timeout(options.patienceMs ?? FIRST_LINE_MS);
  const [line] = (await Promise.race([once(lines, 'line', { signal: late }), died])) as [string];
  died.catch(() => undefined);
  return { pid: child.pid ?? 0, line, stop: () => stopChild(child) };
}

/** SIGTERM, and SIGKILL for one that does not heed it. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Runs with a fresh folder that is gone afterwards. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'primum-bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** User and system time of a process in seconds, all threads (proc(5), clock ticks of 10 ms). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The middle value; the upper one of two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
