/** Primum itself, as an operator starts it: a configuration file, a child process, the real CLI. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { SettingsInput } from '../../src/config/schema.ts';
import type { MailStack } from './mail-stack.ts';
import { run, until, type Finished } from './run.ts';

const PROJECT = join(import.meta.dirname, '../..');
export const PROGRAM = join(PROJECT, 'bin/primum.js');

export const POSTMASTER = 'postmaster@local.test';
const ACCOUNTS_FILE = 'accounts.yaml';
export const ALERT_SENDER = 'primum@local.test';

export interface Primum {
  /** Runs the real command line against this daemon. */
  cli(...args: string[]): Promise<Finished>;
  /** Stops as an operator does; resolves when it has ended by itself. */
  stop(): Promise<void>;
  /** Dies at once, without a chance to save anything. */
  kill(): Promise<void>;
  /** Starts again with the same state. */
  start(): Promise<void>;
  /** What it printed so far. */
  output(): Promise<string>;
  readonly stateFolder: string;
  readonly configFile: string;
}

export interface PrimumOptions {
  readonly policy: SettingsInput['policy'];
  /** Primum's milter door is closed, whatever Postfix asks. */
  readonly milterIsDown?: boolean;
  readonly holdBy?: 'quarantine' | 'header';
  /** Alerts go through Postfix, as those of an operator do; else straight to the sink. */
  readonly alertsByPostfix?: boolean;
  /** The accounts file of the directory, YAML; without it there is no directory. */
  readonly accountsFile?: string;
  /** Sections of the configuration besides. */
  readonly sections?: Pick<
    SettingsInput,
    | ('agent' | 'inbound' | 'holds' | 'scanners' | 'content' | 'conformance' | 'trace')
    | ('forwards' | 'watch')
  >;
}

/** The configuration of the guides, on the ports of the stack. */
function configuration(stack: MailStack, state: string, options: PrimumOptions): SettingsInput {
  const { ports } = stack;
  const isUnix = stack.policyAddress.startsWith('unix:');
  return {
    state,
    mta_name: 'mail.local.test',
    doors: {
      policy: {
        listen: [stack.policyAddress],
        ...(isUnix && { socket_group: 'postfix' }),
        inbound_contexts: ['mx'],
      },
      milter: {
        listen:
          stack.milterAddress === '' || options.milterIsDown === true ? [] : [stack.milterAddress],
        ...(stack.milterAddress.startsWith('unix:') && { socket_group: 'postfix' }),
        inbound_daemons: ['mx'],
        ...(options.holdBy !== undefined && { hold_by: options.holdBy }),
      },
      socketmap: { listen: [`127.0.0.1:${ports.socketmap}`] },
      lmtp: { listen: [`127.0.0.1:${ports.lmtp}`] },
      auth_policy: {
        listen: [`127.0.0.1:${ports.authPolicy}`],
        timeout: '900ms',
        credentials: [{ name: 'dovecot', password_file: join(stack.folder, 'dovecot.password') }],
      },
      api: { listen: [`127.0.0.1:${ports.api}`] },
    },
    policy: { domains: ['local.test'], ...options.policy },
    ...(options.accountsFile !== undefined && {
      directory: { file: { path: join(stack.folder, ACCOUNTS_FILE) } },
    }),
    alerts: {
      email: {
        ...{ to: [POSTMASTER], from: ALERT_SENDER, host: '127.0.0.1' },
        port: options.alertsByPostfix === true ? ports.relay : ports.sink,
      },
    },
    ...options.sections,
    ...(options.sections?.agent !== undefined && {
      agent: { config_directory: join(stack.folder, 'pf/etc'), ...options.sections.agent },
    }),
    accounts: {
      end_sessions: {
        command: ['/usr/bin/doveadm', '-c', stack.dovecot.configFile, 'kick', '{account}'],
      },
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
}

/** Starts Primum beside the stack; resolves when it is ready. Its doors are where the stack looks. */
export async function startPrimum(stack: MailStack, options: PrimumOptions): Promise<Primum> {
  const stateFolder = join(stack.folder, 'primum');
  const configFile = join(stack.folder, 'primum.yaml');
  const outputFile = join(stack.folder, 'log/primum.log');
  await mkdir(stateFolder, { recursive: true });
  const password = stack.authPolicyLogin.split(':')[1] ?? '';
  await writeFile(join(stack.folder, 'dovecot.password'), `${password}\n`, { mode: 0o600 });
  await writeFile(configFile, stringify(configuration(stack, stateFolder, options)));
  if (options.accountsFile !== undefined) {
    await writeFile(join(stack.folder, ACCOUNTS_FILE), options.accountsFile);
  }
  let child: ChildProcess | undefined;
  const endOnExit = () => child?.kill('SIGKILL');
  process.once('exit', endOnExit);

  async function start(): Promise<void> {
    const output = await open(outputFile, 'a');
    const started = spawn(process.execPath, [PROGRAM, 'start', '--config', configFile], {
      cwd: stack.folder,
      stdio: ['ignore', output.fd, output.fd],
    });
    child = started;
    await output.close();
    try {
      await until('Primum to be ready', async () => {
        if (hasEnded(started)) {
          const words = await readFile(outputFile, 'utf8');
          throw new Error(`Primum does not start (${started.exitCode}): ${words}`);
        }
        return isReady(stack.ports.api);
      });
    } catch (error) {
      await end('SIGKILL');
      throw error;
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child) return;
    child.kill(signal);
    await ended(child);
  }

  await start();
  return {
    start,
    stateFolder,
    configFile,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    output: () => readFile(outputFile, 'utf8'),
    cli: (...args) =>
      run(process.execPath, [PROGRAM, ...args], {
        env: {
          ...process.env,
          PRIMUM_STATE: stateFolder,
          PRIMUM_API: `http://127.0.0.1:${stack.ports.api}`,
        },
      }),
  };
}
