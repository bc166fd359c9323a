/** A web service that is asked: how, how often, and what it may do to us. */
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { defaultAccountFacts } from '../../src/core/account.ts';
import type { OpenDirectory } from '../../src/directory/open-directory.ts';
import { openDirectory } from '../../src/directory/open-directory.ts';
import type { Heard, HttpServer } from './engine-harness.ts';
import { CACHE, accountIn, listen, listener, optionsFor } from './engine-harness.ts';

const DEFAULTS = defaultAccountFacts('ann@example.org');

let clock: number;
let heard: Heard;
let server: HttpServer;
let directory: OpenDirectory;
let asked: string[];

beforeEach(() => {
  clock = 1_000;
  heard = listener();
  asked = [];
});
afterEach(async () => {
  await directory.close();
  await server.close();
});

async function open(handler: RequestListener, timeoutMs = 10_000, concurrency = 8): Promise<void> {
  server = await listen((request, response) => {
    asked.push(accountIn(request));
    handler(request, response);
  });
  const engine = {
    kind: 'http',
    url: `http://127.0.0.1:${server.port}/accounts/{account}`,
    headers: { Authorization: 'Bearer quiet' },
    maxAnswerBytes: 4_096,
    concurrency,
  } as const;
  directory = await openDirectory(optionsFor(engine, timeoutMs), heard, () => clock);
}

describe('a web service', () => {
  test('gets the login percent-encoded and the secret in its header', async () => {
    let seen: unknown;
    await open((request, response) => {
      seen = { url: request.url, secret: request.headers.authorization };
      response.end('null');
    });
    await directory.find('a/../b?c#d@example.org');
    expect(seen).toEqual({
      url: '/accounts/a%2F..%2Fb%3Fc%23d%40example.org',
      secret: 'Bearer quiet',
    });
  });

  test('whose answer has no key of an entry is no entry: the restrictions known before hold', async () => {
    let answer = '{"client_networks":["192.0.2.0/24"]}';
    await open((_request, response) => response.end(answer));
    const known = await directory.find('ann@example.org');
    expect(known.clientNetworks).toEqual(['192.0.2.0/24']);
    for (answer of ['{"error":"db down"}', '{"colour":"red"}', '{}']) {
      heard.failures.length = 0;
      await eventually(async () => {
        clock += CACHE.ttlMs * 3;
        expect(await directory.find('ann@example.org')).toEqual(known);
        expect(heard.failures.map(String).join()).toMatch(/none of the keys account, tenant/);
      });
    }
  });

  test('is asked once, however many ask for the same account at the same time', async () => {
    await open((_request, response) => response.end('{"tenant":"acme"}'));
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => directory.find('ann@example.org')),
    );
    expect(asked).toEqual(['ann@example.org']);
    expect(new Set(answers).size).toBe(1);
  });

  test('is not asked again for an account it does not know, for a while', async () => {
    await open((_request, response) => response.writeHead(404).end());
    await directory.find('ann@example.org');
    expect(directory.find('ann@example.org')).toEqual(DEFAULTS);
    expect(asked).toHaveLength(1);
    clock += CACHE.negativeTtlMs;
    await directory.find('ann@example.org');
    expect(asked).toHaveLength(2);
  });

  test('renews an answer in the background, and makes callers wait only when it is long stale', async () => {
    let tenant = 'first';
    await open((_request, response) => response.end(JSON.stringify({ tenant })));
    const first = await directory.find('ann@example.org');
    tenant = 'second';
    clock += CACHE.ttlMs;
    expect(directory.find('ann@example.org')).toBe(first);
    await eventually(() =>
      expect(directory.find('ann@example.org')).toMatchObject({ tenant: 'second' }),
    );
    tenant = 'third';
    clock += CACHE.ttlMs * 2;
    expect(await directory.find('ann@example.org')).toMatchObject({ tenant: 'third' });
  });

  // prettier-ignore
  test.each<[string, RequestListener, string]>([
    ['fails',           (_q, r) => r.writeHead(500).end('oh'),                      'The service answered 500.'],
    ['says nothing',    (_q, r) => r.writeHead(204).end(),                          'The service answered 204.'],
    ['redirects',       (_q, r) => r.writeHead(302, { location: '/other' }).end(),  'The service answered 302.'],
    ['hangs up',        (_q, r) => r.destroy(),                                     'The service cannot be reached'],
    ['sends no JSON',   (_q, r) => r.end('<html>'),                                 'The answer is not JSON.'],
    ['sends text',      (_q, r) => r.end('"ann"'),                                  'The answer cannot be used'],
    ['sends too much',  (_q, r) => r.end(`{"x":"${'x'.repeat(5_000)}"}`),           'longer than 4096 bytes'],
    ['hangs up early',  (_q, r) => { r.writeHead(200, { 'content-length': 100 }); r.write('{'); setImmediate(() => r.destroy()); }, ''],
  ])('that %s gives the defaults and is told', async (_what, handler, expected) => {
    await open(handler);
    expect(await directory.find('ann@example.org')).toEqual(DEFAULTS);
    expect(heard.failures).toHaveLength(1);
    expect(heard.failures[0]).toContain(expected);
    expect(asked).toEqual(['ann@example.org']);
  });

  test('that never answers costs one time-out and then gives the defaults', async () => {
    await open(() => undefined, 50);
    expect(await directory.find('ann@example.org')).toEqual(DEFAULTS);
    expect(heard.failures).toHaveLength(1);
  });

  test('that never ends its answer costs one time-out and then gives the defaults', async () => {
    await open((_request, response) => response.write('{"tenant":'), 200);
    expect(await directory.find('ann@example.org')).toEqual(DEFAULTS);
    expect(heard.failures).toHaveLength(1);
  });

  test('that fails again and again is left alone, then tried with one question', async () => {
    let isWell = false;
    await open((_request, response) => {
      response.writeHead(isWell ? 200 : 500).end('{"tenant":"acme"}');
    });
    for (const login of ['a', 'b', 'c', 'd', 'e']) await directory.find(login);
    expect(asked).toEqual(['a', 'b', 'c']);
    clock += CACHE.retryAfterMs;
    const answers = ['f', 'g', 'h'].map(async (login) => directory.find(login));
    await Promise.all(answers);
    expect(asked).toEqual(['a', 'b', 'c', 'f']);
    isWell = true;
    clock += CACHE.retryAfterMs;
    expect(await directory.find('i')).toMatchObject({ tenant: 'acme' });
    expect(await directory.find('k')).toMatchObject({ tenant: 'acme' });
  });

  test('that lies about one account goes on answering for the others', async () => {
    await open((request, response) =>
      response.end(accountIn(request) === 'ann' ? '{"class":1}' : '{"tenant":"acme"}'),
    );
    for (let round = 0; round < 5; round += 1) {
      clock += CACHE.retryAfterMs;
      expect(await directory.find('ann')).toMatchObject({ source: 'default' });
    }
    expect(await directory.find('bob')).toMatchObject({ tenant: 'acme' });
  });

  test('may say more than is read', async () => {
    await open((_request, response) => response.end('{"tenant":"acme","quota":5,"groups":null}'));
    expect(await directory.find('ann')).toMatchObject({ tenant: 'acme', groups: [] });
  });
});

describe('without an engine', () => {
  test('everybody gets the defaults at once', async () => {
    server = await listen(() => undefined);
    const options = { domains: ['example.org'], timeoutMs: 1_000, cache: CACHE };
    directory = await openDirectory(options, heard);
    expect(directory.find('Ann@Example.org')).toEqual(DEFAULTS);
    expect(directory.isOwnDomain('EXAMPLE.org')).toBe(true);
    expect(directory.isOwnDomain('gmail.example')).toBe(false);
  });
});
