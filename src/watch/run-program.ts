/** Runs a program of this machine without a shell, bounded in time and output, and with few variables. */
import { execFile, type ExecFileException } from 'node:child_process';

export const PROGRAM_TIMEOUT_MS = 20_000;
export const MAX_PROGRAM_OUTPUT_BYTES = 64 * 1024;

export type ProgramAnswer =
  | { readonly ok: true; readonly text: string }
  /** `status`: what it ended with. */
  | { readonly ok: false; readonly status?: number; readonly why: string };

export function runProgram(
  [program = '', ...args]: readonly string[],
  timeoutMs = PROGRAM_TIMEOUT_MS,
): Promise<ProgramAnswer> {
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin', HOME = '/' } = process.env;
  return new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_PROGRAM_OUTPUT_BYTES,
      env: { PATH, HOME, LC_ALL: 'C' },
    } as const;
    execFile(program, args, options, (error, stdout) =>
      resolve(error === null ? { ok: true, text: stdout } : failureOf(error, timeoutMs)),
    );
  });
}

function failureOf({ code, killed }: ExecFileException, timeoutMs: number): ProgramAnswer {
  // A number is the status that it ended with, a text is an error of the system.
  if (typeof code === 'number') return { ok: false, status: code, why: `it ended with ${code}` };
  if (String(code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return { ok: false, why: `it prints more than ${MAX_PROGRAM_OUTPUT_BYTES / 1024} KiB` };
  if (killed === true) return { ok: false, why: `it did not end within ${timeoutMs / 1000} s` };
  return { ok: false, why: `it cannot be run (${String(code)})` };
}
