/** ACC-11: connectors to the operator's systems; an account name can never become an option. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommandConnector } from '../../src/effects/command-connector.ts';
import { PermanentFailure } from '../../src/effects/contract.ts';
import type { AccountChange } from '../../src/effects/contract.ts';
import { createDoveadmCommand, createDoveadmHttp } from '../../src/effects/doveadm.ts';
import { createHttpConnector } from '../../src/effects/http-connector.ts';
import { fillArgument, fillUrl } from '../../src/effects/template.ts';
import { openWebServer } from './servers.ts';
import type { WebServer } from './servers.ts';

let folder = '';
let web: WebServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'primum-connectors-'));
  writeFileSync(join(folder, 'secret'), 'key\n');
  web = await openWebServer();
});

afterEach(async () => {
  await web.close();
  rmSync(folder, { recursive: true });
});

function change(account: string, changes: Partial<AccountChange> = {}): AccountChange {
  const rest = { at: '2026-03-01T10:00:00.000Z', by: 'eve', why: 'because', reference: 'R1' };
  return { action: 'lock', account, ...rest, ...changes };
}

const delivery = { key: 'k1', attempt: 1, signal: AbortSignal.timeout(60_000) };

/** A program that writes down its arguments and environment. */
function program(body = ''): string {
  const path = join(folder, 'program');
  writeFileSync(
    path,
    `#!/bin/sh\nfor a in "$@"; do printf '%s\\n' "$a"; done > ${folder}/args\nenv > ${folder}/env\n${body}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

const args = (): string[] => readFileSync(join(folder, 'args'), 'utf8').split('\n').slice(0, -1);

describe('a command', () => {
  test('gets the account as one argument, without a shell and with little environment', async () => {
    process.env['PRIMUM_TEST_SECRET'] = 'x';
    const argv = [program(), '{action}', '--user={account}', '{account}', '{why}'];
    const connector = createCommandConnector({ name: 'c', on: ['lock'], argv });
    await connector.run(change('$(id) `id`; "x\' {by} *', { why: 'a\nb' }), delivery);
    const account = '$(id) `id`; "x\' {by} *';
    expect(args()).toEqual(['lock', `--user=${account}`, account, 'a b']);
    const names = readFileSync(join(folder, 'env'), 'utf8').match(/^\w+(?==)/gm) ?? [];
    expect(
      names.filter((name) => !['PATH', 'LANG', 'PWD', '_', 'SHLVL', 'OLDPWD'].includes(name)),
    ).toEqual([]);
    delete process.env['PRIMUM_TEST_SECRET'];
  });

  test.each(['-rf', '--help', '-', ''])('never runs for the account "%s"', async (account) => {
    const connector = createCommandConnector({
      name: 'c',
      on: ['lock'],
      argv: [program(), '{account}'],
    });
    await expect(connector.run(change(account), delivery)).rejects.toBeInstanceOf(PermanentFailure);
    expect(existsSync(join(folder, 'args'))).toBe(false);
  });

  test.each([['a\0b'], ['a\nb'], ['\x1b[0m'], ['\ud800'], ['x'.repeat(513)]])(
    'never runs for the odd account %j',
    async (account) => {
      const connector = createCommandConnector({
        name: 'c',
        on: ['lock'],
        argv: [program(), '{account}'],
      });
      await expect(connector.run(change(account), delivery)).rejects.toBeInstanceOf(
        PermanentFailure,
      );
    },
  );

  test('whatever the account, no argument becomes an option', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('{account}', '{why}'),
        (text, template) => {
          try {
            const argument = fillArgument(template, change(text, { why: text }));
            expect(argument.startsWith('-')).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(PermanentFailure);
          }
        },
      ),
    );
  });

  test('that fails says how, with the first line it wrote', async () => {
    const argv = [program('echo no such user >&2; echo more >&2; exit 3')];
    const connector = createCommandConnector({ name: 'c', on: ['lock'], argv });
    await expect(connector.run(change('ann'), delivery)).rejects.toThrow(
      /ended with 3: no such user$/,
    );
    const missing = createCommandConnector({
      name: 'c',
      on: ['lock'],
      argv: [join(folder, 'none')],
    });
    await expect(missing.run(change('ann'), delivery)).rejects.toThrow('cannot be run (ENOENT)');
  });

  test('that hangs is ended', async () => {
    const argv = [program('exec sleep 600')];
    const connector = createCommandConnector({ name: 'c', on: ['lock'], argv, timeoutMs: 100 });
    await expect(connector.run(change('ann'), delivery)).rejects.toThrow('took too long');
  });

  test('must begin with a fixed program', () => {
    for (const argv of [[], [''], ['{account}', 'x']]) {
      expect(() => createCommandConnector({ name: 'c', on: ['lock'], argv })).toThrow(
        'must begin with a program',
      );
    }
  });
});

describe('an HTTP connector', () => {
  test('puts the account into path and body, with its secret and a stable key', async () => {
    const connector = createHttpConnector({
      name: 'h',
      on: ['lock', 'unlock'],
      method: 'PUT',
      url: `${web.url}/accounts/{account}/state?why={why}`,
      body: { state: '{action}', note: ['{by}: {why}'], count: 1, deep: { ref: '{reference}' } },
      secretFile: join(folder, 'secret'),
    });
    await connector.run(change('a/b?c#d@x.org', { why: '"&{by}' }), delivery);
    const [request] = web.requests;
    expect(request).toMatchObject({
      method: 'PUT',
      url: '/accounts/a%2Fb%3Fc%23d%40x.org/state?why=%22%26%7Bby%7D',
      headers: { authorization: 'Bearer key', 'idempotency-key': 'k1' },
    });
    expect(JSON.parse(request!.body)).toEqual({
      state: 'lock',
      note: ['eve: "&{by}'],
      count: 1,
      deep: { ref: 'R1' },
    });
  });

  test('never leaves its path', () => {
    for (const account of ['.', '..']) {
      expect(() => fillUrl('https://x/a/{account}/b', change(account))).toThrow(PermanentFailure);
    }
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (account) => {
        fc.pre(account !== '.' && account !== '..');
        const url = new URL(fillUrl('https://x.example/a/{account}/b', change(account)));
        expect(url.host).toBe('x.example');
        expect(url.pathname.split('/')).toHaveLength(4);
      }),
    );
  });

  test('must name a fixed host', () => {
    const options = { name: 'h', on: ['lock'], method: 'POST' } as const;
    expect(() => createHttpConnector({ ...options, url: 'https://{account}.example/' })).toThrow(
      'the host of the URL must be fixed',
    );
    expect(() => createHttpConnector({ ...options, url: 'file:///etc' })).toThrow('not an http');
  });
});

describe('ending sessions in Dovecot', () => {
  function kick(exitCode: number) {
    const argv = [program(`exit ${exitCode}`), 'kick', '{account}'];
    return createDoveadmCommand({ name: 'kick', argv });
  }

  test('by command is done when somebody or nobody was logged in', async () => {
    await kick(0).run(change('ann@x.org'), delivery);
    expect(args()).toEqual(['kick', 'ann@x.org']);
    await kick(68).run(change('ann@x.org'), delivery);
    await expect(kick(75).run(change('ann@x.org'), delivery)).rejects.toThrow('ended with 75');
    expect(kick(0)).toMatchObject({ endsSessions: true, on: ['lock'] });
  });

  test.each(['*', 'a?n@x.org', '192.0.2.1', '10.0.0.0/8', '::1', '-a', 'a\\b'])(
    'never for the account "%s", which would be a pattern, a network or an option',
    async (account) => {
      await expect(kick(0).run(change(account), delivery)).rejects.toBeInstanceOf(PermanentFailure);
      expect(existsSync(join(folder, 'args'))).toBe(false);
    },
  );

  function doveadm(authentication: 'key' | 'password' = 'key') {
    const url = `${web.url}/doveadm/v1`;
    const secretFile = join(folder, 'secret');
    return createDoveadmHttp({ name: 'kick', url, authentication, secretFile });
  }

  // Answers as observed with Dovecot 2.3.19.
  test.each([
    ['[["doveadmResponse",[{"result":"ann@x.org"}],"k1"]]', undefined],
    ['[["error",{"type":"exitCode", "exitCode":68},"k1"]]', undefined],
    ['[["error",{"type":"invalidRequest", "exitCode":0},"k1"]]', 'invalidRequest, exit code 0'],
    ['[["error",{"type":"exitCode", "exitCode":75},"k1"]]', 'exit code 75'],
    ['[]', 'unknown'],
    ['<html>', 'not JSON'],
  ])('by HTTP takes the answer %s', async (answer, failure) => {
    web.answer = (response) => void response.writeHead(200).end(answer);
    const running = doveadm().run(change('ann@x.org'), delivery);
    if (failure === undefined) await running;
    else await expect(running).rejects.toThrow(failure);
    expect(web.requests[0]).toMatchObject({
      url: '/doveadm/v1',
      body: '[["kick",{"mask":["ann@x.org"]},"k1"]]',
      headers: { authorization: 'X-Dovecot-API a2V5' },
    });
  });

  test('by HTTP with a password uses basic authentication', async () => {
    web.answer = (response) => void response.writeHead(401).end();
    await expect(doveadm('password').run(change('ann'), delivery)).rejects.toThrow('answered 401');
    expect(web.requests[0]?.headers.authorization).toBe(`Basic ${btoa('doveadm:key')}`);
  });
});
