/**
 * Postfix 3.7, Dovecot 2.3 and a sink, each its own instance in one temporary folder on loopback:
 * the mail platform that Primum guards, for tests. Needs root, as Postfix does. Everything is
 * stopped and removed by `stop`, and as far as possible when the test process dies.
 */
import { readFileSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDovecot, type Dovecot } from './dovecot.ts';
import { openImap, type ImapClient } from './imap-client.ts';
import { takePorts } from './ports.ts';
import { makePostfixFolders, startPostfix, type Postfix } from './postfix.ts';
import { mustRun } from './run.ts';
import { openSmtp, type SmtpClient } from './smtp-client.ts';
import { startSink, type SmtpSink } from './smtp-sink.ts';
import { runSwaks, type SwaksOptions, type SwaksResult } from './swaks.ts';

export interface StackPorts {
  readonly submission: number;
  readonly relay: number;
  readonly imap: number;
  readonly sink: number;
  /** Where Postfix and Dovecot look for Primum. */
  readonly policy: number;
  readonly milter: number;
  readonly authPolicy: number;
  readonly api: number;
  readonly socketmap: number;
  readonly lmtp: number;
}

export interface MailStack {
  readonly folder: string;
  readonly ports: StackPorts;
  readonly authPolicyLogin: string;
  /** Where Primum's policy door must listen, `host:port` or `unix:/path`. */
  readonly policyAddress: string;
  /** Where its milter door must listen; empty when Postfix has no milter. */
  readonly milterAddress: string;
  readonly sink: SmtpSink;
  readonly postfix: Postfix;
  readonly dovecot: Dovecot;
  /** One message through the submission service. */
  swaks(options: SwaksOptions): Promise<SwaksResult>;
  /** A session with the submission service. */
  smtp(localAddress?: string): Promise<SmtpClient>;
  /** A session with the service that lets the own network relay without AUTH. */
  relay(localAddress: string): Promise<SmtpClient>;
  imap(options?: ImapSource): Promise<ImapClient>;
  /** Logs in and out by IMAP; the server's answer, `OK ...` or `NO ...`. */
  imapLogin(user: string, password: string, options?: ImapSource): Promise<string>;
  stop(): Promise<void>;
}

export interface ImapSource {
  /** Address named by a trusted webmail (ID x-originating-ip). */
  readonly forwardedFor?: string;
  /** Source address of the connection itself, any 127.0.0.x. */
  readonly localAddress?: string;
}

export interface StackOptions {
  /** Primum's policy door: TCP, or a socket below the queue directory and smtpd in a chroot. */
  readonly policyDoor?: 'tcp' | 'unix-in-chroot';
  /** Primum's milter door; none unless told otherwise. */
  readonly milterDoor?: 'none' | 'tcp' | 'unix-in-chroot';
}

export const AUTH_POLICY_LOGIN = 'dovecot:secret-of-the-tests';

async function makeCertificate(folder: string): Promise<void> {
  const tls = join(folder, 'tls');
  await mkdir(tls);
  await mustRun('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-nodes', '-days', '2'],
    ...['-subj', '/CN=mail.local.test', '-out', join(tls, 'cert.pem')],
    ...['-keyout', join(tls, 'key.pem')],
  ]);
}

async function allPorts() {
  const block = await takePorts();
  const [submission = 0, relay = 0, imap = 0, sink = 0, policy = 0, authPolicy = 0, ...more] =
    block.ports;
  const [api = 0, milter = 0, socketmap = 0, lmtp = 0] = more;
  const ports: StackPorts = {
    ...{ submission, relay, imap, sink, policy, authPolicy, api, milter, socketmap, lmtp },
  };
  return { block, ports };
}

/** Last resort when the test process dies before `stop`: end the masters, drop the folder. */
function endOnExit(folder: string, pidFiles: readonly string[]): () => void {
  const end = () => {
    for (const pidFile of pidFiles) {
      try {
        process.kill(Number(readFileSync(pidFile, 'utf8').trim()), 'SIGTERM');
      } catch {
        continue;
      }
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', end);
  return () => process.off('exit', end);
}

/** Undoes what was started, last first, every step even when one fails. */
async function undo(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of [...steps].reverse())
    await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0)
    throw new AggregateError(failures, 'The mail stack did not stop cleanly');
}

function milterService(door: StackOptions['milterDoor'], port: number): string {
  if (door === 'unix-in-chroot') return 'unix:primum/milter.sock';
  return door === 'tcp' ? `inet:127.0.0.1:${port}` : '';
}

function milterListen(door: StackOptions['milterDoor'], folder: string, port: number): string {
  if (door === 'unix-in-chroot') return `unix:${join(folder, 'pf/spool/primum/milter.sock')}`;
  return door === 'tcp' ? `127.0.0.1:${port}` : '';
}

async function startPrograms(
  users: Readonly<Record<string, string>>,
  options: StackOptions,
  steps: (() => Promise<void>)[],
) {
  const { block, ports } = await allPorts();
  steps.push(() => block.release());
  const folder = await mkdtemp(join(tmpdir(), 'primum-peers-'));
  steps.push(() => rm(folder, { recursive: true, force: true }));
  // Postfix and Dovecot work as users of their own and must be able to look into it.
  await chmod(folder, 0o755);
  await makeCertificate(folder);
  const sink = await startSink(ports.sink);
  steps.push(() => sink.close());
  await makePostfixFolders(folder);
  const dovecot = await startDovecot(folder, { ports, users, authPolicyLogin: AUTH_POLICY_LOGIN });
  steps.push(() => dovecot.stop());
  const isUnix = options.policyDoor === 'unix-in-chroot';
  const postfix = await startPostfix(folder, ports, {
    service: isUnix ? 'unix:primum/policy.sock' : `inet:127.0.0.1:${ports.policy}`,
    chroot: isUnix || options.milterDoor === 'unix-in-chroot',
    milter: milterService(options.milterDoor, ports.milter),
  });
  steps.push(() => postfix.stop());
  const forget = endOnExit(folder, [postfix.pidFile, dovecot.pidFile]);
  steps.push(() => {
    forget();
    return Promise.resolve();
  });
  const policyAddress = isUnix
    ? `unix:${join(folder, 'pf/spool/primum/policy.sock')}`
    : `127.0.0.1:${ports.policy}`;
  const milterAddress = milterListen(options.milterDoor, folder, ports.milter);
  return { ports, folder, policyAddress, milterAddress, sink, dovecot, postfix };
}

/** Starts the platform with these accounts (passwords by user name). Takes a few seconds. */
export async function startMailStack(
  users: Readonly<Record<string, string>>,
  options: StackOptions = {},
): Promise<MailStack> {
  const steps: (() => Promise<void>)[] = [];
  try {
    const programs = await startPrograms(users, options, steps);
    const { ports } = programs;
    const imap = (options: ImapSource = {}) => openImap({ port: ports.imap, ...options });
    return {
      ...programs,
      authPolicyLogin: AUTH_POLICY_LOGIN,
      swaks: (options) => runSwaks(ports.submission, options),
      smtp: (localAddress) =>
        openSmtp({
          port: ports.submission,
          ...(localAddress === undefined ? {} : { localAddress }),
        }),
      relay: (localAddress) => openSmtp({ port: ports.relay, localAddress }),
      imap,
      imapLogin: async (user, password, options) => {
        const client = await imap(options);
        try {
          return await client.login(user, password);
        } finally {
          client.close();
        }
      },
      stop: () => undo(steps),
    };
  } catch (error) {
    await undo(steps);
    throw error;
  }
}
