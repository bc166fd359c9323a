/**
 * Runs a program of this machine that only prints something: without a shell, bounded in time and output,
 * and with few variables. Its standard input is what it is given.
 */
import { execFile, type ExecFileException } from 'node:child_process';

export const PROGRAM_TIMEOUT_MS = 20_000;
export const MAX_PROGRAM_OUTPUT_BYTES = 64 * 1024;
/** Of what a program that failed says of it. */
const MAX_SAID_CHARS = 10_000;

/** Where the tools of mail servers are; the path of a user who is not root lacks it on Debian. */
const SYSTEM_TOOLS = '/usr/sbin:/sbin';

export type ProgramAnswer =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      /** What it ended with. */
      readonly status?: number;
      /** There is no such program. */
      readonly isAbsent?: true;
      readonly why: string;
      /** What it printed and what it said, where it ran. */
      readonly text: string;
      readonly said: string;
    };

export interface ProgramBounds {
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /** Variables that it gets besides PATH, HOME and the language. */
  readonly variables?: readonly string[];
  /** Its standard input; as shipped it is empty. */
  readonly input?: string;
}

export function runProgram(
  [program = '', ...args]: readonly string[],
  bounds: ProgramBounds = {},
): Promise<ProgramAnswer> {
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env;
  const { timeoutMs = PROGRAM_TIMEOUT_MS, maxOutputBytes = MAX_PROGRAM_OUTPUT_BYTES } = bounds;
  const given = (bounds.variables ?? []).flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: maxOutputBytes,
      env: { ...Object.fromEntries(given), PATH: `${PATH}:${SYSTEM_TOOLS}`, HOME, LC_ALL: 'C' },
    } as const;
    const child = execFile(program, args, options, (error, text, stderr) => {
      const said = stderr.slice(-MAX_SAID_CHARS);
      if (error === null) resolve({ ok: true, text });
      else resolve({ ok: false, ...failureOf(error, { timeoutMs, maxOutputBytes }), text, said });
    });
    // One that does not read it to the end closes it.
    child.stdin?.on('error', () => undefined).end(bounds.input ?? '');
  });
}

interface Failure {
  readonly status?: number;
  readonly isAbsent?: true;
  readonly why: string;
}

function failureOf(
  { code, killed }: ExecFileException,
  { timeoutMs, maxOutputBytes }: Required<Pick<ProgramBounds, 'timeoutMs' | 'maxOutputBytes'>>,
): Failure {
  // A number is the status that it ended with, a text is an error of the system.
  if (typeof code === 'number') return { status: code, why: `it ended with ${code}` };
  if (String(code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return { why: `it prints more than ${maxOutputBytes / 1024} KiB` };
  if (killed === true) return { why: `it did not end within ${timeoutMs / 1000} s` };
  if (String(code) === 'ENOENT') return { isAbsent: true, why: 'it cannot be run (ENOENT)' };
  return { why: `it cannot be run (${String(code)})` };
}
