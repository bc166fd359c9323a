/** A Postfix instance of its own in a folder: start, stop, queue, log. */
import { chown, mkdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, startDaemon, until } from './run.ts';
import { fillTemplate } from './template.ts';

export interface QueuedMessage {
  readonly queueName: string;
  readonly queueId: string;
  readonly sender: string;
  readonly recipients: readonly string[];
}

export interface Postfix {
  /** Messages in the queue, `hold` included. */
  queue(): Promise<readonly QueuedMessage[]>;
  /** Takes a message off the hold queue and delivers it now. */
  release(queueId: string): Promise<void>;
  /** Runs a queue tool on this instance. */
  tool(program: 'postsuper' | 'postqueue' | 'postcat', ...args: string[]): Promise<string>;
  /** Sets a parameter and makes Postfix read it; without a value the parameter is its default. */
  set(name: string, value?: string): Promise<void>;
  /** Sets a parameter of the submission service alone, in master.cf. */
  setSubmission(name: string, value: string): Promise<void>;
  /** A parameter as main.cf has it. */
  get(name: string): Promise<string>;
  reload(): Promise<void>;
  /** The mail log so far. */
  log(): Promise<string>;
  stop(): Promise<void>;
  /** Starts again with the same queue. */
  start(): Promise<void>;
  /** Where the pid of the master process is written. */
  readonly pidFile: string;
}

/** How Postfix reaches Primum's policy door. */
export interface PolicyService {
  /** As check_policy_service takes it, such as `inet:127.0.0.1:10040`. */
  readonly service: string;
  /** Whether the submission service runs in a chroot, as on Debian. */
  readonly chroot: boolean;
  /** Primum's milter as smtpd_milters takes it; empty for none. */
  readonly milter?: string;
}

export interface PostfixPorts {
  readonly submission: number;
  readonly relay: number;
  readonly sink: number;
}

async function numericId(flag: '-u' | '-g', name: string): Promise<number> {
  return Number((await mustRun('id', [flag, name])).trim());
}

/** Makes the folders Postfix wants before its first start; `postfix check` makes the rest. */
export async function makePostfixFolders(folder: string): Promise<void> {
  for (const path of ['pf/etc', 'pf/spool/private', 'pf/spool/primum', 'pf/data', 'log']) {
    await mkdir(join(folder, path), { recursive: true });
  }
  const uid = await numericId('-u', 'postfix');
  const gid = await numericId('-g', 'postfix');
  await chown(join(folder, 'pf/data'), uid, gid);
  await chown(join(folder, 'pf/spool/private'), uid, gid);
}

/**
 * Every program of Postfix waits until main.cf is more than a second old, as somebody may still write
 * it. What wrote it here has ended.
 */
export async function settle(etc: string): Promise<void> {
  const before = Date.now() / 1000 - 60;
  await utimes(join(etc, 'main.cf'), before, before);
}

function parseQueue(text: string): QueuedMessage[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry = JSON.parse(line) as {
        queue_name: string;
        queue_id: string;
        sender: string;
        recipients: { address: string }[];
      };
      return {
        queueName: entry.queue_name,
        queueId: entry.queue_id,
        sender: entry.sender,
        recipients: entry.recipients.map(({ address }) => address),
      };
    });
}

/** As `postfix stop` does, which looks once a second only whether the master has ended. */
export async function stopPostfix(folder: string): Promise<void> {
  const pid = Number(
    await readFile(join(folder, 'pf/spool/pid/master.pid'), 'utf8').catch(() => ''),
  );
  // Of the last run, whose number another process may have by now.
  if (pid === 0 || !(await isMaster(pid))) return;
  process.kill(pid, 'SIGTERM');
  await until('Postfix to stop', async () => !(await isMaster(pid)));
}

async function isMaster(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return status.startsWith('Name:\tmaster\n') && !/^State:\tZ/m.test(status);
}

/** Starts Postfix; resolves when its services listen. */
export async function startPostfix(
  folder: string,
  ports: PostfixPorts,
  policy: PolicyService,
): Promise<Postfix> {
  const etc = join(folder, 'pf/etc');
  const values = {
    DIR: folder,
    SINK_PORT: ports.sink,
    POLICY_SERVICE: policy.service,
    MILTER_SERVICE: policy.milter ?? '',
    MILTERS: (policy.milter ?? '') === '' ? '' : '$primum_milter',
    CHROOT: policy.chroot ? 'y' : 'n',
    RELAY_PORT: ports.relay,
    SUBMISSION_PORT: ports.submission,
  };
  await fillTemplate('main.cf', join(etc, 'main.cf'), values);
  await fillTemplate('master.cf', join(etc, 'master.cf'), values);
  await settle(etc);
  const start = () =>
    startDaemon('postfix', ['-c', etc, 'start'], join(folder, 'log/postfix-start'));
  const logFile = join(folder, 'log/maillog');
  const reloads = async (): Promise<number> => {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    return log.split(': reload -- version ').length;
  };
  // A service that starts before the master has read its file goes by the old one.
  const reload = async () => {
    const before = await reloads();
    await mustRun('postfix', ['-c', etc, 'reload']);
    await until('Postfix to read its configuration', async () => (await reloads()) > before);
  };
  await start();
  return {
    pidFile: join(folder, 'pf/spool/pid/master.pid'),
    log: () => readFile(logFile, 'utf8').catch(() => ''),
    queue: async () => parseQueue(await mustRun('postqueue', ['-c', etc, '-j'])),
    release: async (queueId) => {
      await mustRun('postsuper', ['-c', etc, '-H', queueId]);
      await mustRun('postqueue', ['-c', etc, '-i', queueId]);
    },
    tool: (program, ...args) => mustRun(program, ['-c', etc, ...args]),
    set: async (name, value) => {
      const change = value === undefined ? ['-X', name] : ['-e', `${name}=${value}`];
      await mustRun('postconf', ['-c', etc, ...change]);
      await settle(etc);
      await reload();
    },
    setSubmission: async (name, value) => {
      const own = `127.0.0.1:${ports.submission}/inet/${name}=${value}`;
      await mustRun('postconf', ['-c', etc, '-P', own]);
      await reload();
    },
    get: async (name) => (await mustRun('postconf', ['-c', etc, '-h', name])).trim(),
    reload,
    start,
    stop: () => stopPostfix(folder),
  };
}
