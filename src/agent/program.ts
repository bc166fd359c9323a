/** Runs one program of the mail server: no shell, our own environment, bounds on time and output. */
import { spawn } from 'node:child_process';

/** All a program is given of our environment. postcat prints times in the zone of `TZ`. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C',
  TZ: 'UTC',
};

/** Bytes kept of what a program says on standard error. */
const MAX_ERROR_BYTES = 1024 * 1024;

export interface ProgramOptions {
  readonly timeoutMs: number;
  /** Most bytes of output; more ends the program. */
  readonly maxOutputBytes: number;
  /** Given to its standard input. */
  readonly input?: string | Uint8Array;
}

export interface ProgramEnd {
  readonly code: number;
  readonly output: Buffer;
  readonly errors: string;
  /** It was ended because it had more to say than `maxOutputBytes`. */
  readonly isCut: boolean;
}

/** @throws Error when it cannot be run or takes too long; a failing exit code is a value. */
export function runProgram(
  program: string,
  args: readonly string[],
  limits: ProgramOptions,
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const options = { env: ENVIRONMENT, shell: false, cwd: '/' };
    // A process group of its own: sendmail starts postdrop, which must end with it.
    const child = spawn(program, args, { ...options, detached: true });
    const output = new Bounded(limits.maxOutputBytes);
    const errors = new Bounded(MAX_ERROR_BYTES);
    let isLate = false;
    const end = (): void => {
      killGroup(child.pid);
      // Whoever left the group may keep the pipes open; nobody waits for that.
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const clock = setTimeout(() => {
      isLate = true;
      end();
    }, limits.timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      if (!output.add(chunk)) end();
    });
    child.stderr.on('data', (chunk: Buffer) => void errors.add(chunk));
    child.once('error', (error) => {
      clearTimeout(clock);
      reject(new Error(`${program} cannot be run: ${error.message}`, { cause: error }));
    });
    child.once('close', (code) => {
      clearTimeout(clock);
      if (isLate) {
        reject(
          new Error(`${program} took longer than ${limits.timeoutMs / 1000} s and was ended.`),
        );
        return;
      }
      const [said, isCut] = [output.bytes(), output.isFull];
      resolve({ code: code ?? 1, output: said, errors: errors.bytes().toString('utf8'), isCut });
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(limits.input);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended by itself.
  }
}

/** The first bytes of a stream. */
class Bounded {
  readonly #most: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  isFull = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** False when there was more than is kept. */
  add(chunk: Buffer): boolean {
    const room = this.#most - this.#size;
    if (chunk.length > room) this.isFull = true;
    if (room > 0) this.#chunks.push(chunk.subarray(0, room));
    this.#size += Math.min(chunk.length, room);
    return !this.isFull;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
