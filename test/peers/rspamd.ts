/** An rspamd of its own in a temporary folder: with the few rules of the tests, or as a DKIM signer. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listens, takePorts } from './ports.ts';
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

/** As a spam filter that is asked by HTTP. */
export async function startRspamd(): Promise<Rspamd> {
  return startIn(await makeFolder(), { template: 'rspamd.conf', isUp: answers });
}

/** As a milter that does nothing but sign, with these lines in its section `dkim_signing`. */
export async function startRspamdSigner(key: string, lines: string): Promise<Rspamd> {
  const folder = await makeFolder();
  await copyFile(key, join(folder, 't.key'));
  await writeFile(join(folder, 'dkim_signing.conf'), lines);
  return startIn(folder, { template: 'rspamd-signer.conf', isUp: listens });
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-rspamd-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'hs'));
  return folder;
}

interface Kind {
  readonly template: string;
  readonly isUp: (port: number) => Promise<boolean>;
}

async function startIn(folder: string, { template, isUp }: Kind): Promise<Rspamd> {
  const block = await takePorts();
  const port = block.ports[0]!;
  const values = { FOLDER: folder, PORT: port };
  await fillTemplate(template, join(folder, 'rspamd.conf'), values);
  await fillTemplate('rspamd-rules.lua', join(folder, 'rules.lua'), values);
  await writeFile(join(folder, 'suffixes'), 'com\nnet\norg\ntest\n');
  await mustRun('chown', ['-R', '_rspamd:_rspamd', folder]);
  let child: ChildProcess | undefined;
  process.once('exit', killNow);

  async function start(): Promise<void> {
    const args = ['-c', join(folder, 'rspamd.conf'), '-u', '_rspamd', '-g', '_rspamd', '-f'];
    child = spawn('/usr/bin/rspamd', args, { stdio: 'ignore', detached: true });
    try {
      await until('rspamd', () => isUp(port), START_MS);
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
    await until('its port to be free', async () => !(await isUp(port)));
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
