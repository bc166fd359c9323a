/** `primum rdns` and `primum audit`: what they print, and their exit codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { audit } from '../../src/daemon/audit.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadPractices } from '../../src/practices/catalogue.ts';
import { scorePractices } from '../../src/practices/score.ts';
import { openFixture, TOKEN } from '../doors/api-fixture.ts';
import { judgeReverseName } from '../../src/network/reverse-names.ts';

const figures = (week: number, day: number) => ({ week, day });
const NOTHING_ELSE = { watched: figures(0, 0), incidents: figures(0, 0) };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-house-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(words: readonly string[], input = '', api = 'http://127.0.0.1:9') {
  const said = { out: '', err: '' };
  const none = () => Promise.reject(new Error('not asked for'));
  const io = {
    out: (text: string) => (said.out += text),
    err: (text: string) => (said.err += text),
    env: { PRIMUM_API: api },
    user: () => 'olga',
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream of one piece
    stdin: async function* () {
      yield Buffer.from(input);
    },
  };
  const code = await runCli(words, io, {
    version: '1.2.3',
    ...{ start: none, agent: none, checkFiles: none, srs: none, replay: none },
    ...{ importPostfix: none, backtest: none, simulate: none, score: none, calibrate: none },
    connect: () => Promise.reject(new Error('not asked for')),
    judgeName: (name, address) => Promise.resolve(judgeReverseName(name, address)),
    audit,
  });
  return { code, ...said };
}

describe('INB-2: primum rdns', () => {
  it('prints the class, the name and the reason of each line', async () => {
    const lines = [
      '203-0-113-9.dyn.example.net 203.0.113.9',
      '',
      'mail.example.org 203.0.113.9',
      'nonsense',
    ];
    const { code, out } = await run(['rdns', '-'], lines.join('\n'));
    expect(code).toBe(0);
    const printed = out.trimEnd().split('\n');
    expect(printed.map((line) => line.split(' ')[0])).toEqual([
      ...['dynamic', 'unknown', 'static', 'unknown'],
    ]);
    expect(printed[1]).toBe('unknown -: the line is empty');
    expect(printed[0]).toContain('203-0-113-9.dyn.example.net: "dyn" stands for');
  });

  it('prints as many lines as it reads, empty ones too, and as many objects', async () => {
    const input = '\n   \n\t\r\nmail.example.org\n\n';
    const { code, out, err } = await run(['rdns', '-'], input);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toHaveLength(input.split('\n').length);
    const { out: json } = await run(['rdns', '-', '--json'], '\nmail.example.org\n');
    const rows = json.trimEnd().split('\n');
    expect(rows).toHaveLength(2);
    expect(JSON.parse(rows[0] ?? '')).toEqual({
      ...{ name: '', kind: 'unknown', reason: 'the line is empty' },
    });
  });

  it('prints one name with its address', async () => {
    expect((await run(['rdns', 'mail.example.org', '203.0.113.9'])).out).toMatch(
      /^static mail\.example\.org: /,
    );
  });
});

describe('INB-2: primum rdns given what is not right', () => {
  it.each(['999.1.1.1', '[1.2.3.4]', '1.2.3'])('refuses %s as an address', async (address) => {
    const { code, out, err } = await run(['rdns', 'mail.example.org', address]);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toBe(
      `"${address}" is no IPv4 or IPv6 address. Write one such as 203.0.113.9, or leave it out.\n`,
    );
  });

  it('says which line is wrong and judges the others', async () => {
    const lines = [
      'mail.example.org 999.1.1.1',
      '203-0-113-9.dyn.example.net 203.0.113.9 third',
      'mail.example.org 203.0.113.9',
    ];
    const { code, out, err } = await run(['rdns', '-'], lines.join('\n'));
    expect(code).toBe(1);
    const printed = out.trimEnd().split('\n');
    expect(printed.slice(0, 2)).toEqual([
      'unknown mail.example.org: not judged, as "999.1.1.1" is no IPv4 or IPv6 address',
      'unknown 203-0-113-9.dyn.example.net: not judged, as more than a name and an address stands there',
    ]);
    expect(printed[2]).toMatch(/^static mail/);
    expect(err).toBe(
      'Of standard input 2 lines were, the first line 1, not judged: write a name, and its address or nothing.\n',
    );
  });

  it('reads a name in letters of any language', async () => {
    const { out } = await run(['rdns', 'münchen-203-0-113-9.dsl.example.de', '203.0.113.9']);
    expect(out).toMatch(
      /^dynamic münchen-203-0-113-9\.dsl\.example\.de: the address is in the name/,
    );
  });
});

describe('primum audit', () => {
  const configFile = () => join(folder, 'primum.yaml');
  const write = (text: string) => writeFileSync(configFile(), `state: ${folder}\n${text}`);

  it('shows every practice and proposes what could be watched, with nothing configured', async () => {
    write('watch: { dns: { servers: ["127.0.0.1:9"], timeout: 100ms } }\n');
    const { code, out } = await run(['audit', '--config', configFile()]);
    expect(code).toBe(0);
    expect(out).toMatch(/^69 practices on /);
    expect(out).toContain('watch:\n  hosts:\n    - name: ');
  });

  it('OWN-9: fails with 1 for a port that nobody answers for, and writes the page', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(0, '0.0.0.0');
    await new Promise((resolve) => server.once('listening', resolve));
    write('watch: { open_ports: [{ port: 1, owner: nobody, contact: none }] }\n');
    const html = join(folder, 'page.html');
    const { code, out } = await run([
      'audit',
      '--only',
      'OWN-9',
      '--html',
      html,
      '--config',
      configFile(),
    ]);
    server.close();
    expect(out).toContain('OWN-9 FAIL');
    expect(code).toBe(1);
    expect(readFileSync(html, 'utf8')).toContain('Open and not declared: port');
  });

  it('shows what it found where the page cannot be written, and has a code of its own for it', async () => {
    write('watch: { dns: { servers: ["127.0.0.1:9"], timeout: 100ms } }\n');
    const html = join(folder, 'gone', 'page.html');
    const { code, out, err } = await run([
      'audit',
      '--only',
      'OWN-9',
      '--html',
      html,
      '--config',
      configFile(),
    ]);
    expect(code).toBe(4);
    expect(out).toContain('OWN-9');
    expect(err).toBe(
      `The page ${html} cannot be written (ENOENT). Look at its folder and the disk.\n`,
    );
  });

  it('prints the page with --html - in place of the text, and not beside JSON', async () => {
    write('watch: { dns: { servers: ["127.0.0.1:9"], timeout: 100ms } }\n');
    const words = ['audit', '--only', 'OWN-9', '--html', '-', '--config', configFile()];
    const { out } = await run(words);
    expect(out).toMatch(/^<!doctype html>/i);
    expect(out.trimEnd()).toMatch(/<\/html>$/);
    const both = await run([...words, '--json']);
    expect(both).toMatchObject({ code: 2, out: '' });
    expect(both.err).toContain('--json and --html - both want standard output.');
  });

  it('tells what the daemon decided and has in force, and says where none answers', async () => {
    write('watch: { dns: { servers: ["127.0.0.1:9"], timeout: 100ms } }\n');
    const words = ['audit', '--only', 'ACC-6,ACC-8', '--config', configFile()];
    const alone = await run(words);
    expect(alone.out).toMatch(/^ACC-6 +watched /m);
    expect(alone.out).toMatch(/day and week is not known: no daemon answers here\.\n$/);
    const there = scorePractices({
      ...{ rows: loadPractices(), settings: loadConfig(undefined, {}), findings: [] },
      ...{ at: '', version: '1.2.3' },
      modes: { mode: 'enforce' },
      decided: new Map([['ACC-6', { ...figures(12, 3), ...NOTHING_ELSE }]]),
    });
    writeFileSync(join(folder, 'api-token'), `${TOKEN}\n`, { mode: 0o600 });
    const api = await openFixture({ parts: { practices: () => Promise.resolve(there) } });
    const { out } = await run(words, '', api.baseUrl);
    await api.close();
    const text = out.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/ACC-6 in force [^(]*\(stopped 12 in a week, 3 in a day\)/);
    expect(text).toMatch(/^2 practices on .*: 2 in force, 0 only watched/);
    expect(out).not.toContain('no daemon answers');
  });

  it('takes a domain with a final dot, and in capitals', async () => {
    write('watch: { domains: [house.test], dns: { servers: ["127.0.0.1:9"], timeout: 100ms } }\n');
    const words = ['audit', '--only', 'OWN-11', '--config', configFile()];
    const { out, err } = await run([...words, '--domain', 'HOUSE.TEST.']);
    expect(err).not.toContain('is none of watch.domains');
    expect(out).toMatch(/^1 practice on /);
  });

  it('adds up several --only', async () => {
    write('watch: { dns: { servers: ["127.0.0.1:9"], timeout: 100ms } }\n');
    const only = ['--only', 'OWN-1', '--only=OWN-2,FBK-4'];
    const { out } = await run(['audit', ...only, '--config', configFile()]);
    for (const row of ['OWN-1', 'OWN-2', 'FBK-4'])
      expect(out).toMatch(new RegExp(`^ *${row} `, 'm'));
  });

  it.each([
    [['--only', 'XYZ-1'], '--only XYZ-1 names no practice.'],
    [['--only', 'OWN-2,OWN-100'], '--only OWN-100 names no practice.'],
    [['--only', 'OWN-2,OWN-100,xyz-*'], '--only: OWN-100 and XYZ-* name no practice.'],
    [['--only', ','], 'names no practice.'],
    [['--domain', 'other.example'], '--domain other.example is none of watch.domains.'],
  ])('%j is a mistake of the call', async (words, text) => {
    write('watch: { domains: [house.test], dns: { servers: ["127.0.0.1:9"], timeout: 100ms } }\n');
    const { code, err } = await run(['audit', ...words, '--config', configFile()]);
    expect(code).toBe(2);
    expect(err).toContain(text);
  });
});
