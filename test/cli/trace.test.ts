/** `primum trace` on real files, against a running API: the words, and the exit codes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { EXPLANATION, openFixture, TOKEN, VERDICT } from '../doors/api-fixture.ts';
import type { ApiFixture } from '../doors/api-fixture.ts';

let api: ApiFixture;
let folder: string;
let header: string;

beforeAll(async () => {
  api = await openFixture();
  folder = await mkdtemp(join(tmpdir(), 'primum-cli-trace-'));
  await writeFile(join(folder, 'api-token'), `${TOKEN}\n`, { mode: 0o600 });
  const [made] = api.trace.headers.headersOf(EXPLANATION.event, VERDICT);
  header = `${made?.name ?? ''}: ${made?.value ?? ''}`;
});

afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

async function trace(words: readonly string[], stdin = '') {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    env: { PRIMUM_STATE: folder, PRIMUM_API: api.baseUrl },
    user: () => 'olga',
    async *stdin() {
      yield await Promise.resolve(Buffer.from(stdin));
    },
  };
  const code = await runCli(['trace', ...words], io, {
    version: '1.2.3',
    start: () => Promise.resolve(0),
    agent: () => Promise.resolve(0),
    checkFiles: () => Promise.resolve({ mistakes: [], warnings: [] }),
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
  return { code, out, err };
}

async function file(...fields: readonly string[]): Promise<string> {
  const path = join(folder, 'message.eml');
  await writeFile(path, `${fields.join('\r\n')}\r\n\r\nhello\r\n`);
  return path;
}

const SIGNED = 'DKIM-Signature: v=1; d=example.org; s=a; h=From:X-Primum-Trace; b=x';

describe('CON-5: primum trace', () => {
  it('tells who, from where, when and which decision', async () => {
    const path = await file('From ann Sat', SIGNED, header, 'Message-ID: <one@example.org>');
    const { code, out } = await trace([path]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'X-Primum-Trace: the token is genuine.',
        'Account ann@example.org, credential main, context 5f1c.',
        `Sent 2026-11-21 01:30:00 UTC, reference 8F2K9A1B, key ${header.slice(18, 22)}.`,
        'The decision:',
        '  8F2K9A1B, 2026-11-21 01:30 UTC: held: it waits for somebody to decide.',
        '  Sent by ann@example.org as ann@example.org to 2 recipients from 203.0.113.9, queue id 4Zx1.',
        '  Identity ann@example.org/main, on rung hold, score 9.34.',
        '  It went from rung observe to hold.',
        '  Because:',
        '    - It wrote to 180 new domains in 20 minutes; usual are 3 a day. (new-domains, 6.12 nats, ACC-8)',
        '    - It sent to 212 recipients in an hour; the limit is 200. (limit, rule, SND-1)',
        '  To the owner: This message is held until somebody has looked at it. It wrote to 180 new domains in 20 minutes; usual are 3 a day. If it was you, say so; your other devices keep sending. If not, change the password now.',
        '  To a reviewer: Held: It sent to 212 recipients in an hour; the limit is 200; It wrote to 180 new domains in 20 minutes; usual are 3 a day (+6.1).',
        'The message has the Message-ID of that decision.',
        'DKIM: the signature of example.org covers the headers of Primum.',
        '',
      ].join('\n'),
    );
  });

  it('reads a token, and standard input', async () => {
    const token = header.replace('X-Primum-Trace: ', '').replaceAll(/\s/g, '');
    expect((await trace([token])).out).toMatch(
      /^The token is genuine\.\nAccount ann@example\.org,/,
    );
    expect(
      (await trace(['-'], `Subject: x\n\nquoted:\n\n> ${header.replace('\r\n', '\n> ')}\n`)).out,
    ).toMatch(/^X-Primum-Trace of a message inside: the token is genuine\.$/m);
  });

  it('says that a token is forged, and what to do', async () => {
    const last = header.at(-1) === 'z' ? 'y' : 'z';
    const { code, out } = await trace([await file(header.slice(0, -2) + last + last)]);
    expect(code).toBe(3);
    expect(out).toMatch(/the token is FORGED\. .*Do nothing to any account because of it\./);
    expect(out).not.toContain('ann@example.org');
  });

  it.each([
    [
      'of a key that is not here',
      'X-Primum-Trace: p1zzzz0e' + '0'.repeat(23),
      'a key that is not here',
    ],
    ['not whole', 'X-Primum-Trace: p1zzzz', 'not a whole token'],
    ['not there', 'Subject: hello', 'There is no header X-Primum-Trace or CFBL-Feedback-ID'],
  ])('ends with 3 when the token is %s', async (_, field, words) => {
    const { code, out } = await trace([await file(field)]);
    expect(out).toContain(words);
    expect(code).toBe(3);
  });

  it('warns when a genuine header stands in another message', async () => {
    const { out } = await trace([await file(header, 'Message-ID: <other@example.org>')]);
    expect(out).toContain('BUT the Message-ID is another one');
  });

  it('CON-5: says that nothing tells whether a genuine header belongs to a message without Message-ID', async () => {
    const { code, out } = await trace([await file(header, 'Subject: no id')]);
    expect(out).toContain(
      'BUT nothing tells whether the token belongs to this message: it has no Message-ID. The header ' +
        'may have been copied onto this message. Compare recipients and time before you act.\n',
    );
    expect(code).toBe(0);
  });

  it('CON-5: says so, too, when the decision is not in the journal', async () => {
    const [made] = api.trace.headers.headersOf(EXPLANATION.event, {
      ...VERDICT,
      account: 'eve@example.org',
    });
    const path = await file(
      `${made?.name ?? ''}: ${made?.value ?? ''}`,
      'Message-ID: <one@example.org>',
    );
    expect((await trace([path])).out).toContain(
      'BUT nothing tells whether the token belongs to this message: the Message-ID of the decision is not known.',
    );
  });

  it('compares nothing when the token alone was given', async () => {
    const token = header.replace('X-Primum-Trace: ', '').replaceAll(/\s/g, '');
    expect((await trace([token])).out).not.toMatch(/BUT|Message-ID/);
  });

  it.each([
    ['no signature is there', [], 'No DKIM signature stands beside it.'],
    [
      'the signature does not list our header',
      [SIGNED.replace(':X-Primum-Trace', '')],
      'X-Primum-Trace is not signed: put Primum before the signer in smtpd_milters, and the name ' +
        'into the list of headers that it signs.',
    ],
  ])('says so when %s', async (_, fields, words) => {
    expect((await trace([await file(...fields, header)])).out).toContain(words);
  });

  it('names several headers that are not signed, and a signature without a domain', async () => {
    const other = header.replace('X-Primum-Trace', 'CFBL-Feedback-ID');
    const unsigned = 'DKIM-Signature: v=1; s=a; h=From; b=x';
    const { out } = await trace([await file(unsigned, header, other)]);
    expect(out).toContain(
      'DKIM: a signature that names no domain (d=) does not cover the headers of Primum. ' +
        'X-Primum-Trace, CFBL-Feedback-ID are not signed: put Primum before the signer in ' +
        'smtpd_milters, and the names into the list of headers that it signs.',
    );
  });

  it.each([
    ['fbl@example.org', false],
    ['fbl@mail.example.org', false],
    ['fbl@other.test; report=arf', true],
  ])(
    'CON-5: warns when CFBL-Address is %s and no signature of its domain is there',
    async (to, warns) => {
      const { out } = await trace([await file(SIGNED, header, `CFBL-Address: ${to}`)]);
      expect(out.includes('No signature is of other.test')).toBe(warns);
      expect(out).toContain('the signature of example.org covers');
    },
  );

  it('names the bound when the header stands behind it', async () => {
    const { code, out } = await trace([await file(`X: ${'x'.repeat(512 * 1024)}`, header)]);
    expect(out).toMatch(/^There is no header .* in the first 512 KiB, and no more is looked at\. /);
    expect(code).toBe(3);
  });

  it('says so when our milter came after the signer', async () => {
    const { out } = await trace([await file(header, SIGNED)]);
    expect(out).toContain('X-Primum-Trace was added after it: put Primum before the signer');
  });

  it('reads the start of a file that is far too long, whatever its bytes', async () => {
    const path = join(folder, 'long.eml');
    await writeFile(
      path,
      Buffer.concat([Buffer.from(`${header}\n\n`), Buffer.alloc(2 ** 20, 0xff)]),
    );
    expect((await trace([path])).code).toBe(0);
  });

  it.each([
    ['a file that is not there', 'missing.eml', /There is no file missing\.eml/],
    ['a folder', '/tmp', /\/tmp cannot be read: it is a folder/],
    ['an empty input', '-', /standard input is empty/],
  ])('refuses %s', async (_, word, words) => {
    const { code, err } = await trace([word]);
    expect(err).toMatch(words);
    expect(code).toBe(1);
  });

  it('makes a new key', async () => {
    const { code, out } = await trace(['rotate']);
    expect(out).toMatch(
      /^The key [0-9a-z]{4} makes tokens from now on\. Older ones are still read\.$/m,
    );
    expect(code).toBe(0);
    expect((await trace([await file(header)])).code).toBe(0);
  });

  it('retires a stolen key in one command', async () => {
    const [made] = api.trace.headers.headersOf(EXPLANATION.event, VERDICT);
    const stolen = made?.value.slice(2, 6) ?? '';
    const path = await file(`X-Primum-Trace: ${made?.value ?? ''}`);
    expect((await trace([path])).out).toContain(`key ${stolen}.`);
    const { code, out } = await trace(['rotate', '--drop', stolen]);
    expect(out).toMatch(
      new RegExp(
        `^The key [0-9a-z]{4} makes tokens from now on\\.\nThe key ${stolen} is dropped: tokens of it are believed no more\\.\n$`,
      ),
    );
    expect(code).toBe(0);
    const again = await trace([path]);
    expect(again.out).toContain('a key that is not here');
    expect(again.code).toBe(3);
    const unknown = await trace(['rotate', '--drop', stolen]);
    expect(unknown.err).toContain(`There is no trace key ${stolen}, so nothing was changed.`);
    expect(unknown.code).toBe(1);
  });
});
