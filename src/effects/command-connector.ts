/** Tells a program of the operator about a lock or unlock. No shell ever sees the account. */
import { execFile } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';
import { PrimumError } from '../errors.ts';
import type { AccountChange, AccountConnector } from './contract.ts';
import { checkAccount, fillArgument, hasPlaceholder } from './template.ts';

export interface CommandConnectorOptions {
  readonly name: string;
  readonly on: readonly AccountChange['action'][];
  /**
   * Program and arguments; `{account}` `{action}` `{by}` `{why}` `{reference}` `{at}` are filled in,
   * each inside its own argument.
   */
  readonly argv: readonly string[];
  /** Default 30,000; then it is killed and tried again. */
  readonly timeoutMs?: number;
  /** Exit codes that mean done. Default 0. */
  readonly doneCodes?: readonly number[];
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

/** All a program is given of our environment. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C',
};

/** @throws PrimumError CONFIG_INVALID without a program, or with an account as the program. */
export function createCommandConnector(options: CommandConnectorOptions): AccountConnector {
  const [program, ...templates] = options.argv;
  if (program === undefined || program === '' || hasPlaceholder(program)) {
    throw new PrimumError(
      'CONFIG_INVALID',
      `Connector ${options.name}: the command must begin with a program, without placeholders.`,
    );
  }
  return {
    name: options.name,
    on: options.on,
    endsSessions: false,
    async run(change, { signal }) {
      checkAccount(change.account);
      const args = templates.map((template) => fillArgument(template, change));
      await runProgram(program, args, { ...options, signal });
    },
  };
}

interface RunOptions {
  readonly timeoutMs?: number;
  readonly doneCodes?: readonly number[];
  readonly signal: AbortSignal;
}

function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<void> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, doneCodes = [0], signal } = options;
  return new Promise((resolve, reject) => {
    const settings = {
      env: ENVIRONMENT,
      timeout: timeoutMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: MAX_OUTPUT_BYTES,
      signal,
      shell: false,
      windowsHide: true,
    };
    const child = execFile(program, args, settings, (error, _stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number' && doneCodes.includes(code)) resolve();
      else reject(failure(program, error, stderr));
    });
    child.stdin?.end();
  });
}

function failure(program: string, error: ExecFileException | null, stderr: string): Error {
  const said = stderr.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
  const how =
    error === null
      ? 'ended with 0, which is not set as done'
      : error.killed === true
        ? 'took too long and was ended'
        : typeof error.code === 'number'
          ? `ended with ${error.code}`
          : `cannot be run (${error.code ?? error.message})`;
  return new Error(`${program} ${how}${said === '' ? '' : `: ${said}`}`);
}
