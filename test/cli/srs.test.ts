/** `primum srs` beside no daemon: the keys in the state folder, read and never made. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { forwardsOf, showForward } from '../../src/daemon/forwards.ts';

let folder: string;
let configFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-srs-'));
  configFile = join(folder, 'primum.yaml');
  writeFileSync(
    configFile,
    `state: ${folder}\nforwards: { domain: fwd.example }\npolicy: { domains: [own.example] }\n`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function startOnce(): void {
  const config = loadConfig(configFile, {});
  forwardsOf(config, { isOwnDomain: () => false, now: Date.now, warn: () => undefined });
}

async function srs(...words: string[]) {
  const said = { out: '', err: '' };
  const none = () => Promise.reject(new Error('not asked for'));
  const code = await runCli(
    ['srs', ...words, '--config', configFile],
    {
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
      env: {},
      user: () => 'olga',
    },
    {
      version: '1.2.3',
      checkFiles: () => Promise.reject(new Error('not asked for')),
      start: none,
      agent: none,
      replay: none,
      simulate: none,
      score: none,
      calibrate: none,
      importPostfix: none,
      backtest: none,
      srs: showForward,
      judgeName: none,
      connect: none,
      audit: none,
    },
  );
  return { code, ...said };
}

describe('FWD-1: primum srs', () => {
  it('shows an address there and back', async () => {
    startOnce();
    const there = await srs('forward', 'ann@example.org');
    expect(there).toMatchObject({ code: 0, err: '' });
    expect(there.out).toMatch(/^SRS0=\S{4}=\S\S=example\.org=ann@fwd\.example\n$/);
    expect(await srs('reverse', there.out.trim())).toMatchObject({
      code: 0,
      out: 'ann@example.org\n',
    });
  });

  it('shows the form that names an account, and the tag that comes back', async () => {
    startOnce();
    const there = await srs('forward', 'ann@example.org', '--account', 'bob@own.example');
    const [address = '', tag = ''] = there.out.split('\n');
    expect(address).toMatch(/^SRS0=\w{8}=\w{12}=example\.org=ann@fwd\.example$/);
    const back = await srs('reverse', address.toUpperCase());
    expect(back).toMatchObject({ code: 0, out: `ANN@EXAMPLE.ORG\n${tag}\n` });
  });

  it('says that the account is not named where the sender is too long for it', async () => {
    startOnce();
    const long = 'a.very.long.person@a-long-domain-name.example';
    const { code, out } = await srs('forward', long, '--account', 'bob@own.example');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^SRS0=\S{4}=\S\S=a-long-domain-name\.example=a\.very\.long\.person@fwd\.example\n/,
    );
    expect(out).toContain('It is the plain form and does NOT name the account');
    expect((await srs('forward', long)).out).not.toContain('does NOT name');
  });

  it.each([
    ['reverse', 'SRS0=@fwd.example', 'It is FORGED or cut: a part of it is missing.'],
    ['forward', 'bob@own.example', 'It stays as it is: the domain is your own.\n'],
    ['reverse', 'SRS0=abcd=JJ=example.org=ann@fwd.example', 'It is FORGED, or made with a key'],
    ['reverse', 'ann@example.org', 'It is no address of forwards: neither forwards.domain'],
  ])('%s %s: says in a sentence why not, and 3', async (way, address, text) => {
    startOnce();
    const { code, out } = await srs(way, address);
    expect(code).toBe(3);
    expect(out).toContain(text);
  });

  it('makes no keys: before the first start it says what to do', async () => {
    const { code, err } = await srs('forward', 'ann@example.org');
    expect(code).toBe(1);
    expect(err).toContain('Start primum once, or name its state folder.');
    expect(existsSync(join(folder, 'forward-keys'))).toBe(false);
  });
});
