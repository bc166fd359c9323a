/** `primum inspect` on real files: one JSON line each, and what it says when it cannot read one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { foldToken } from '../../src/trace/fold.ts';
import { createSealer, sealToken } from '../../src/trace/token.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/returned');
const fixture = (name: string) => join(FIXTURES, name);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'primum-cli-inspect-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function inspect(words: readonly string[], stdin: readonly string[] = []) {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    env: {},
    user: () => 'olga',
    async *stdin() {
      for (const chunk of stdin) yield await Promise.resolve(Buffer.from(chunk));
    },
  };
  const code = await runCli(['inspect', ...words], io, {
    version: '1.2.3',
    checkFiles: () => Promise.reject(new Error('not asked for')),
    start: () => Promise.resolve(0),
    agent: () => Promise.resolve(0),
    replay: () => Promise.resolve(0),
    importPostfix: () => Promise.resolve(0),
    backtest: () => Promise.resolve(0),
    srs: () => Promise.resolve({ ok: false, reason: 'not asked for' }),
    connect: () => Promise.reject(new Error('not asked for')),
    judgeName: () => Promise.reject(new Error('not asked for')),
    audit: () => Promise.reject(new Error('not asked for')),
    simulate: () => Promise.resolve(0),
    score: () => Promise.resolve(0),
    calibrate: () => Promise.resolve(0),
  });
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, err, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const TOKEN = sealToken(createSealer({ id: 'ab12', bornMs: 0, secret: Buffer.alloc(32, 1) }), {
  account: 'ann@example.org',
  credential: 'main',
  context: '5f1c',
  at: '2026-11-21T01:30:00Z',
  reference: '8F2K9A1B',
});

function bounceOf(original: string): string {
  return (
    'From: MAILER-DAEMON@mx.example.com\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n' +
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n' +
    '--b\r\nContent-Type: message/delivery-status\r\n\r\n' +
    'Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\n' +
    'Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no\r\n\r\n' +
    `--b\r\nContent-Type: message/rfc822\r\n\r\n${original}\r\nSubject: x\r\n\r\nhello\r\n--b--\r\n`
  );
}

describe('FBK-1, FBK-2: primum inspect', () => {
  it('prints one line a message, in the order of the files', async () => {
    const names = ['bounces/lhost-yandex-02.eml', 'feedback/rfc5965/2.eml', 'own/letter.eml'];
    const { code, lines } = await inspect(names.map(fixture));
    expect(code).toBe(0);
    expect(lines.map(({ file: path, kind }) => [path, kind])).toEqual([
      [fixture('bounces/lhost-yandex-02.eml'), 'dsn'],
      [fixture('feedback/rfc5965/2.eml'), 'complaint'],
      [fixture('own/letter.eml'), 'letter'],
    ]);
    expect(lines[0]?.['recipients']).toMatchObject([
      { recipient: 'mikeneko@example.jp', status: '5.2.1', replyCode: '550', hard: true },
      { recipient: 'sabineko@example.jp', status: '5.2.2', class: 'mailbox-full', hard: false },
    ]);
  });

  it('finds our own token in the message that came back', async () => {
    const many = 'X-Filler: x\r\n'.repeat(100);
    const path = await file(
      'token.eml',
      bounceOf(`${many}X-Primum-Trace: ${foldToken('X-Primum-Trace', TOKEN)}`),
    );
    expect((await inspect([path])).lines).toMatchObject([{ kind: 'dsn', token: TOKEN }]);
  });

  it('finds it in a CFBL report and under the header that the configuration names', async () => {
    const cfbl = bounceOf(`CFBL-Feedback-ID: ${foldToken('CFBL-Feedback-ID', TOKEN)}`);
    expect((await inspect([await file('cfbl.eml', cfbl)])).lines).toMatchObject([{ token: TOKEN }]);
    const config = await file('primum.yaml', 'trace:\n  header: X-Mine\n');
    const own = await file('own.eml', bounceOf(`X-Mine: ${TOKEN}`));
    expect((await inspect([own, '--config', config])).lines).toMatchObject([{ token: TOKEN }]);
    expect((await inspect([own])).lines[0]).not.toHaveProperty('token');
  });

  it('takes nothing for a token that has not its form', async () => {
    const path = await file('forged.eml', bounceOf('X-Primum-Trace: p1abcdefghijk'));
    expect((await inspect([path])).lines[0]).not.toHaveProperty('token');
  });

  it('names addresses of our own networks first', async () => {
    const config = await file('own.yaml', 'network:\n  own_networks: [198.51.100.0/24]\n');
    const report = await file(
      'report.eml',
      'From: abuse@trap.example\nSubject: brute force attack\n\n' +
        'Source: 203.0.113.1\nSource: 203.0.113.2\nrelay 198.51.100.7\n',
    );
    const { lines } = await inspect([report, '--config', config]);
    expect(lines).toMatchObject([{ kind: 'report', derived: ['reports'] }]);
    const reports = lines[0]?.['reports'] as { clientAddress: string }[];
    expect(reports.map(({ clientAddress }) => clientAddress)).toEqual([
      '198.51.100.7',
      '203.0.113.1',
      '203.0.113.2',
    ]);
  });

  it('reads standard input in pieces', async () => {
    const text = bounceOf('From: ann@example.org');
    const { lines } = await inspect(
      ['-'],
      [text.slice(0, 30), text.slice(30, 200), text.slice(200)],
    );
    expect(lines).toMatchObject([{ file: '-', kind: 'dsn' }]);
  });

  it('says in a sentence which file it cannot read, and reads the others', async () => {
    const { code, err, lines } = await inspect([join(folder, 'none'), fixture('own/letter.eml')]);
    expect(code).toBe(1);
    expect(err).toMatch(/none cannot be read: .*\. Name a file with one message\.\n$/);
    expect(lines).toHaveLength(1);
  });

  it('wants a file', async () => {
    const { code, err } = await inspect([]);
    expect(code).toBe(2);
    expect(err).toBe('FILE is missing. Usage: primum inspect FILE... [--config FILE]\n');
  });
});
