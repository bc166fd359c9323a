/** An rspamd of its own in a temporary folder, with the few rules of the tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takePorts } from './ports.ts';
import { mustRun, until } from './run.ts';
import { fillTemplate } from './template.ts';

export interface Rspamd {
  readonly address: string;
  /** What it was told of the last message: user, sender, recipients, address, HELO, name, queue id, size. */
  seen(): Promise<readonly string[]>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A start reads languages and compiles tables first. */
const START_MS = 60_000;

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ host: '127.0.0.1', port, path: '/ping', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once('error', () => {
      resolve(false);
    });
    ping.end();
  });
}

export async function startRspamd(): Promise<Rspamd> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-rspamd-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'hs'));
  const block = await takePorts();
  const port = block.ports[0]!;
  const values = { FOLDER: folder, PORT: port };
  await fillTemplate('rspamd.conf', join(folder, 'rspamd.conf'), values);
  await fillTemplate('rspamd-rules.lua', join(folder, 'rules.lua'), values);
  await writeFile(join(folder, 'suffixes'), 'com\nnet\norg\ntest\n');
  await mustRun('chown', ['-R', '_rspamd:_rspamd', folder]);
  let child: ChildProcess | undefined;
  process.once('exit', killNow);

  async function start(): Promise<void> {
    const args = ['-c', join(folder, 'rspamd.conf'), '-u', '_rspamd', '-g', '_rspamd', '-f'];
    child = spawn('/usr/bin/rspamd', args, { stdio: 'ignore', detached: true });
    try {
      await until('rspamd', () => answers(port), START_MS);
    } catch (error) {
      await kill();
      throw error;
    }
  }
  function killNow(): void {
    if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
  /** Its workers are processes of their own, in one group. */
  async function kill(): Promise<void> {
    if (child?.pid === undefined) return;
    const gone = once(child, 'exit');
    killNow();
    child = undefined;
    await gone;
    await until('its port to be free', async () => !(await answers(port)));
  }

  await start();
  return {
    address: `127.0.0.1:${port}`,
    seen: async () => (await readFile(join(folder, 'seen'), 'utf8')).split('\n'),
    kill,
    start,
    async stop() {
      await kill();
      process.off('exit', killNow);
      await block.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
