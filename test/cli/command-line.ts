/** The command line against a running API, for one test file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { TOKEN, openFixture } from '../doors/api-fixture.ts';
import type { ApiFixture } from '../doors/api-fixture.ts';

/** Opens the API before the tests of the file and closes it after them. */
export function commandLine() {
  let api: ApiFixture;
  let state: string;

  beforeAll(async () => {
    api = await openFixture();
    state = await mkdtemp(join(tmpdir(), 'primum-cli-'));
    await writeFile(join(state, 'api-token'), `${TOKEN}\n`, { mode: 0o600 });
  });

  afterAll(async () => {
    await api.close();
    await rm(state, { recursive: true });
  });

  async function run(words: readonly string[], env: Record<string, string> = {}) {
    let out = '';
    let err = '';
    const asked: unknown[] = [];
    const io = {
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
      env: { PRIMUM_STATE: state, PRIMUM_API: api.baseUrl, ...env },
      user: () => 'olga',
      isTerminal: () => false,
    };
    const code = await runCli(words, io, {
      version: '1.2.3',
      agent: () => Promise.resolve(0),
      start: (options) => {
        asked.push(options);
        return Promise.resolve(0);
      },
      checkFiles: () => Promise.resolve({ mistakes: [], warnings: [] }),
      srs: () => Promise.resolve({ ok: false, reason: 'not asked for' }),
      connect: () => Promise.reject(new Error('not asked for')),
      judgeName: () => Promise.reject(new Error('not asked for')),
      audit: () => Promise.reject(new Error('not asked for')),
      replay: (options) => {
        asked.push(options);
        return Promise.resolve(3);
      },
      importPostfix: (options) => {
        asked.push(options);
        return Promise.resolve(0);
      },
      backtest: (options) => {
        asked.push(options);
        return Promise.resolve(0);
      },
      simulate: (options) => {
        asked.push(options);
        return Promise.resolve(3);
      },
      score: (options) => {
        asked.push(options);
        return Promise.resolve(3);
      },
      calibrate: (options) => {
        asked.push(options);
        return Promise.resolve(0);
      },
    });
    return { code, out, err, asked };
  }

  const cli = (line: string, env?: Record<string, string>) =>
    run(
      Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), (word) => word[1] ?? word[2] ?? ''),
      env,
    );

  return { cli, run, api: () => api, state: () => state };
}
