/** A Postfix of the benchmark's own with one smtpd a milter, and a sink behind it. Needs root. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopChild } from './children.ts';

export interface MilterPath {
  /** Name of the smtpd service. */
  readonly name: string;
  readonly port: number;
  /** Socket of the milter; empty for none. */
  readonly socket: string;
}

export interface BenchPostfix {
  stop(): Promise<void>;
}

/** What is missing for this part of the benchmarks; empty when nothing is. */
export function milterObstacle(): string {
  if (process.getuid?.() !== 0) return 'Postfix starts as root only';
  const programs = ['/usr/sbin/postfix', '/usr/sbin/smtp-source', '/usr/sbin/smtp-sink'];
  const missing = programs.filter((file) => !existsSync(file));
  return missing.length === 0 ? '' : `${missing.join(', ')} is not installed`;
}

const SERVICES = `
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

function numericId(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postfix'], { encoding: 'utf8' }));
}

/** Starts Postfix in the folder, with a service for each path, and the sink. */
export async function startBenchPostfix(
  folder: string,
  sinkPort: number,
  paths: readonly MilterPath[],
): Promise<BenchPostfix> {
  chmodSync(folder, 0o755);
  const etc = join(folder, 'etc');
  for (const name of ['etc', 'spool', 'data', 'log']) mkdirSync(join(folder, name));
  chownSync(join(folder, 'data'), numericId('-u'), numericId('-g'));
  writeFileSync(
    join(etc, 'main.cf'),
    [
      'compatibility_level = 3.6',
      `queue_directory = ${folder}/spool`,
      `data_directory = ${folder}/data`,
      'command_directory = /usr/sbin',
      'daemon_directory = /usr/lib/postfix/sbin',
      'shlib_directory = /usr/lib/postfix',
      'mail_owner = postfix',
      'setgid_group = postdrop',
      `maillog_file = ${folder}/log/maillog`,
      `maillog_file_prefixes = /var, /dev/stdout, ${folder}`,
      'myhostname = mail.bench.test',
      'mydestination =',
      'alias_maps =',
      'inet_interfaces = 127.0.0.1',
      'inet_protocols = ipv4',
      'mynetworks = 127.0.0.0/8',
      'smtp_host_lookup = native',
      'disable_dns_lookups = yes',
      'enable_long_queue_ids = yes',
      'message_size_limit = 104857600',
      `default_transport = smtp:[127.0.0.1]:${sinkPort}`,
      'smtpd_relay_restrictions = permit_mynetworks, reject',
      '',
    ].join('\n'),
  );
  const smtpd = paths.map(({ port, socket }) =>
    [
      `127.0.0.1:${port} inet n - n - 100 smtpd`,
      ...(socket === '' ? [] : [`  -o smtpd_milters=unix:${socket}`]),
    ].join('\n'),
  );
  writeFileSync(join(etc, 'master.cf'), smtpd.join('\n') + SERVICES);
  const sink: ChildProcess = spawn(
    'smtp-sink',
    ['-u', 'postfix', `127.0.0.1:${sinkPort}`, '1000'],
    {
      stdio: 'ignore',
    },
  );
  const started = spawnSync('postfix', ['-c', etc, 'start'], { stdio: 'ignore' });
  if (started.status !== 0) {
    await stopChild(sink);
    throw new Error('Postfix does not start; run the policy tests first, they say why.');
  }
  return {
    stop: async () => {
      spawnSync('postfix', ['-c', etc, 'stop'], { stdio: 'ignore' });
      await stopChild(sink);
    },
  };
}

/** Waits until everything that was accepted has left. */
export async function untilDelivered(folder: string): Promise<void> {
  const queue = (): string =>
    spawnSync('postqueue', ['-c', join(folder, 'etc'), '-j'], { encoding: 'utf8' }).stdout;
  while (queue() !== '') await sleep(20);
}

/** Lines of the mail log with these words. */
export function logged(folder: string, words: string): number {
  return readFileSync(join(folder, 'log/maillog'), 'utf8').split(words).length - 1;
}
