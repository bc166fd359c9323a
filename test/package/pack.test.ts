/** The published package: packed, installed into an empty folder, and run from there. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** Everything the package is made from; the tree itself stays as it is. */
const SOURCES = ['bin', 'data', 'src', 'tools', 'package.json', 'LICENSE'];
const OPTIONAL_SOURCES = ['README.md', 'CHANGELOG.md', 'tsconfig.json', 'tsconfig.build.json'];

/** Building and installing some thirty packages on two busy cores. */
const INSTALL_MS = 600_000;

const run = promisify(execFile);
let folder: string;
let home: string;

const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'primum-pack-'));
  home = join(folder, 'home');
  const checkout = join(folder, 'checkout');
  await mkdir(home);
  await mkdir(checkout);
  const present = await readdir(ROOT);
  const sources = [...SOURCES, ...OPTIONAL_SOURCES.filter((name) => present.includes(name))];
  for (const name of sources) {
    await cp(join(ROOT, name), join(checkout, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: checkout, env });
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await writeFile(join(home, 'package.json'), '{ "private": true }\n');
  await run('npm', ['install', join(folder, tarball), '--prefer-offline', '--omit=dev'], {
    cwd: home,
    env,
  });
}, INSTALL_MS);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const primum = (...words: string[]) =>
  run(join(home, 'node_modules/.bin/primum'), words, { cwd: home, env });

async function ready(daemon: ChildProcess, output: () => string): Promise<void> {
  while (!output().includes('"event":"started"')) {
    if (daemon.exitCode !== null) throw new Error(`It does not start: ${output()}`);
    await Promise.race([once(daemon.stdout ?? daemon, 'data'), once(daemon, 'exit')]);
  }
}

describe('the published package', () => {
  it('holds what is run and read, and no sources or tests', async () => {
    const files = await readdir(join(home, 'node_modules/primum'), { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/primum.js',
        'dist/program/main.js',
        'dist/client/client.js',
        'dist/client/client.d.ts',
        'dist/THIRD-PARTY-LICENSES.txt',
        'LICENSE',
      ]),
    );
    expect(
      files.filter((name) => /^(src|test|tools|bench)\b|\.test\.|(?<!\.d)\.ts$/.test(name)),
    ).toEqual([]);
  });

  it('has a program that helps', async () => {
    const { stdout } = await primum('help');
    expect(stdout).toContain('Usage: primum COMMAND');
    const version = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect((await primum('version')).stdout).toContain(`primum ${version.version} on Node.js v24.`);
  });

  it('has a client that other programs import', async () => {
    const script = `
      import { openClient } from 'primum/client';
      const client = openClient({ baseUrl: 'http://127.0.0.1:1', token: '' });
      await client.locks().catch((error) => console.log(error.code));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: home,
      env,
    });
    expect(stdout).toBe('DAEMON_UNREACHABLE\n');
  });

  it('starts, answers, locks, and stops without a complaint', async () => {
    const config = join(home, 'primum.yaml');
    const door = `{ listen: ['127.0.0.1:0'] }`;
    await writeFile(
      config,
      `state: ${home}/state
doors:
  policy: ${door}
  socketmap: ${door}
  lmtp: ${door}
  auth_policy: ${door}
  api: { listen: ['unix:${home}/api.sock'] }
`,
    );
    await mkdir(join(home, 'kept'));
    const daemon = spawn(join(home, 'node_modules/.bin/primum'), ['start', '--config', config], {
      cwd: home,
      env: { ...env, CACHE_DIRECTORY: '', XDG_CACHE_HOME: join(home, 'kept') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    try {
      await ready(daemon, () => output);
      const { stdout } = await primum('lock', 'ann', '--why', 'a test', '--config', config);
      expect(stdout).toContain('ann is locked. Only "primum unlock" lifts the lock.\n');
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
      expect(daemon.exitCode).toBe(0);
      expect(output).toContain('Stopped; everything is saved.');
      expect(await readdir(join(home, 'kept/primum'))).toEqual(['start']);
    } finally {
      daemon.kill('SIGKILL');
    }
  }, 60_000);
});
