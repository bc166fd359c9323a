/** Runs a program that reports on its standard output, and kills it at a random moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Rounds of each kill test: ten in ordinary runs. */
export const KILL_ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? 10);

/** A round takes a second or three; a busy machine needs longer. */
export const KILL_TEST_MS = 60_000 + KILL_ROUNDS * 20_000;

/** Every whole line that the program had said when it was killed; at least one. */
export async function runUntilKilled(script: string, args: readonly string[]): Promise<string[]> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const output = createInterface(child.stdout);
  const closed = once(output, 'close');
  output.on('line', (line) => {
    lines.push(line);
    // Late enough that something is on disk in most rounds, early enough for all stages.
    if (lines.length === 1) setTimeout(() => child.kill('SIGKILL'), Math.random() * 1_500);
  });
  await Promise.all([exited, closed]);
  return lines;
}
