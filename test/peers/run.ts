/** Runs real programs and waits for conditions, never for a fixed time. */
import { execFile, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/** Runs a program to its end; a failing exit code is a value, a missing program throws. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      {
        env: options.env ?? process.env,
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: OUTPUT_LIMIT_BYTES,
      },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') {
          reject(new Error(`${command} ${args.join(' ')} did not end by itself: ${error.message}`));
          return;
        }
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

/** Runs a program that must succeed. @throws with its own words when it does not. */
export async function mustRun(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed with ${code}: ${stderr}${stdout}`);
  }
  return stdout;
}

/**
 * Runs a program that leaves a daemon behind. Its output goes to a file, because the daemon keeps a
 * pipe open and nobody would see the end of it. @throws with its own words when it fails.
 */
export async function startDaemon(
  command: string,
  args: readonly string[],
  outputFile: string,
): Promise<void> {
  const output = await open(outputFile, 'a');
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(command, args, { stdio: ['ignore', output.fd, output.fd] });
      child.once('error', reject);
      child.once('exit', (status) => {
        resolve(status ?? 1);
      });
    });
    if (code !== 0) {
      const words = await readFile(outputFile, 'utf8');
      throw new Error(`${command} ${args.join(' ')} failed with ${code}: ${words}`);
    }
  } finally {
    await output.close();
  }
}

const ASK_EVERY_MS = 25;

/**
 * Asks until there is an answer. @throws after `withinMs`, naming what was awaited; that only ends what
 * has failed, for on a busy machine the usual takes several times as long.
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
    await pause(ASK_EVERY_MS);
  }
}
