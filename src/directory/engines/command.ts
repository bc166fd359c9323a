/** Asks a program of the operator about each account: `{account}` in, one JSON object out. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { DirectoryEngine } from '../contract.ts';
import { UnusableAnswer, fill, readAnswer } from '../engine.ts';
import { createLanes } from '../lanes.ts';

export interface CommandEngineOptions {
  readonly kind: 'command';
  /** Program and arguments; `{account}` becomes the login. */
  readonly argv: readonly string[];
  readonly maxAnswerBytes: number;
  /** Programs at once. */
  readonly concurrency: number;
}

/** All a program is given of our environment. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};

export function openCommandEngine(options: CommandEngineOptions): DirectoryEngine {
  const [program = '', ...templates] = options.argv;
  const lanes = createLanes(options.concurrency);
  return {
    name: 'command',
    async lookup(login, signal) {
      // A login that begins with a dash would be read as an option by the program.
      if (login.startsWith('-')) return undefined;
      const argv = templates.map((template) => fill(template, login));
      const run = () => runProgram([program, ...argv], options.maxAnswerBytes, signal);
      return readAnswer(await lanes.run(run, signal), login);
    },
    domains: () => new Set(),
    close: () => Promise.resolve(),
  };
}

/** Ends the program and what it started: it leads a process group of its own. */
function end(child: ChildProcess): void {
  child.stdout?.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}

function runProgram(
  argv: readonly string[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const child = spawn(program, rest, { stdio: [...stdio], env: ENVIRONMENT, detached: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = (error: Error) => {
      signal.removeEventListener('abort', abort);
      end(child);
      reject(error);
    };
    const abort = () => stop(new Error(`${program} did not answer in time.`));
    signal.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else stop(new UnusableAnswer(`The answer is longer than ${maxBytes} bytes.`));
    });
    child.on('error', (error: NodeJS.ErrnoException) =>
      stop(new Error(`${program} cannot be run (${error.code ?? 'unknown'}). Check the path.`)),
    );
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', abort);
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else
        reject(new Error(`${program} ended with ${code ?? killedBy ?? 'an error'}, not with 0.`));
    });
  });
}
