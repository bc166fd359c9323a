/** A clamd of its own in a temporary folder, with a signature file that knows the EICAR string. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EICAR } from '../scanners/helper.ts';
import { takePorts } from './ports.ts';
import { mustRun, until } from './run.ts';

export interface Clamd {
  /** `unix:/path` and `host:port`. */
  readonly unix: string;
  readonly tcp: string;
  /** Stops it without a word, as a crash does; `start` brings it back on the same addresses. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Lets it run no further, so that it takes connections and never answers; and on again. */
  freeze(): void;
  thaw(): void;
  log(): Promise<string>;
  stop(): Promise<void>;
}

export interface ClamdSettings {
  readonly streamMaxLength?: string;
  readonly maxThreads?: number;
}

/** Name that clamd gives what the signature file of the tests finds. */
export const SIGNATURE = 'Primum.Test.Eicar.UNOFFICIAL';

function configuration(folder: string, port: number, settings: ClamdSettings): string {
  return [
    `DatabaseDirectory ${folder}/db`,
    `LocalSocket ${folder}/clamd.sock`,
    'LocalSocketMode 666',
    `TCPSocket ${port}`,
    'TCPAddr 127.0.0.1',
    'User clamav',
    `LogFile ${folder}/log/clamd.log`,
    `TemporaryDirectory ${folder}/tmp`,
    `MaxThreads ${settings.maxThreads ?? 4}`,
    `StreamMaxLength ${settings.streamMaxLength ?? '100M'}`,
    'OfficialDatabaseOnly no',
    'FixStaleSocket yes',
    'Foreground yes',
    '',
  ].join('\n');
}

/** Whether it answers `PONG`. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('error', () => {
      resolve(false);
    });
    socket.once('close', () => {
      resolve(false);
    });
    socket.once('data', (bytes) => {
      resolve(bytes.toString().startsWith('PONG'));
      socket.destroy();
    });
    socket.write('zPING\0');
  });
}

export async function startClamd(settings: ClamdSettings = {}): Promise<Clamd> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-clamd-'));
  await chmod(folder, 0o755);
  for (const name of ['db', 'tmp', 'log']) await mkdir(join(folder, name));
  const hex = Buffer.from(EICAR).toString('hex');
  await writeFile(join(folder, 'db/test.ndb'), `Primum.Test.Eicar:0:*:${hex}\n`);
  const block = await takePorts();
  const port = block.ports[0]!;
  const configFile = join(folder, 'clamd.conf');
  await writeFile(configFile, configuration(folder, port, settings));
  await mustRun('chown', ['-R', 'clamav:clamav', folder]);
  let child: ChildProcess | undefined;
  const killNow = (): void => void child?.kill('SIGKILL');
  process.once('exit', killNow);

  async function start(): Promise<void> {
    child = spawn('/usr/sbin/clamd', ['-c', configFile], { stdio: 'ignore' });
    try {
      await until('clamd', () => answers(join(folder, 'clamd.sock')));
    } catch (error) {
      await kill();
      throw error;
    }
  }
  async function kill(): Promise<void> {
    if (child === undefined) return;
    const gone = once(child, 'exit');
    killNow();
    child = undefined;
    await gone;
  }

  await start();
  return {
    unix: `unix:${folder}/clamd.sock`,
    tcp: `127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    log: () => readFile(join(folder, 'log/clamd.log'), 'utf8'),
    async stop() {
      await kill();
      process.off('exit', killNow);
      await block.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
