/** The API through its socket: what is asked, answered, refused, and who may. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { explanation } from '../../src/doors/api/schemas/judgement.ts';
import * as output from '../../src/doors/api/schemas/output.ts';
import { TOKEN, openFixture, problemOf } from './api-fixture.ts';
import type { ApiFixture } from './api-fixture.ts';

let api: ApiFixture;

beforeEach(async () => {
  api = await openFixture();
});

afterEach(async () => {
  await api.close();
});

const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
});

describe('who may ask', () => {
  // prettier-ignore
  const refused = [
    // authorization                       why
    [undefined,                            'nothing is offered'],
    ['',                                   'it is empty'],
    [`Bearer ${TOKEN}x`,                   'the token is too long'],
    [`Bearer ${TOKEN.slice(1)}`,           'the token is too short'],
    [`Bearer ${'t'.repeat(43)}`,           'the letters differ in case'],
    [`Basic ${TOKEN}`,                     'the scheme is another'],
    [TOKEN,                                'there is no scheme'],
  ] as const;

  it.each(refused)('refuses %s, for %s', async (authorization) => {
    const response = await api.fetch('/api/v1/locks', {
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="primum"');
    expect((await problemOf(response)).detail).toContain('api-token in the state folder');
  });

  it('looks at the token before path, method, media type and body', async () => {
    const asked = [
      api.fetch('/api/v1/nothing', { headers: {} }),
      api.fetch('/nothing', { headers: {} }),
      api.fetch('/api/v1/openapi.json', { headers: {} }),
      api.fetch('/api/v1//locks', { headers: {} }),
      api.fetch('/api/v1/locks', { method: 'POST', headers: {}, body: '{' }),
      api.fetch('/api/v1/events', {
        method: 'POST',
        headers: { 'content-type': 'x/y' },
        body: '{',
      }),
    ];
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
  });

  it('takes the scheme in any letter case, as RFC 9110 says', async () => {
    const response = await api.fetch('/api/v1/locks', {
      headers: { authorization: `bearer ${TOKEN}` },
    });
    expect(response.status).toBe(200);
  });

  it('shows health and metrics to everybody on this host', async () => {
    const [health, ready, metrics] = await Promise.all(
      ['/healthz', '/readyz', '/metrics'].map((path) => api.fetch(path, { headers: {} })),
    );
    expect(await health?.json()).toEqual({ status: 'alive' });
    expect(await ready?.json()).toEqual({ status: 'ready' });
    expect(metrics?.headers.get('content-type')).toContain('text/plain');
    expect(await metrics?.text()).toContain('primum_verdicts_total');
  });

  it('asks for the token before metrics where it listens beyond this host', async () => {
    const open = await openFixture({ listen: [{ address: '0.0.0.0:0' }] });
    try {
      const port = open.baseUrl.split(':').at(-1) ?? '';
      const [health, metrics] = await Promise.all(
        ['/healthz', '/metrics'].map((path) => fetch(`http://127.0.0.1:${port}${path}`)),
      );
      expect([health?.status, metrics?.status]).toEqual([200, 401]);
    } finally {
      await open.close();
    }
  });

  it('never writes the token into its log, its metrics or its answers', async () => {
    await api.fetch('/api/v1/events', { ...json('POST', {}), headers: { authorization: TOKEN } });
    const answers = await Promise.all([
      api.fetch('/api/v1/locks', json('POST', { [TOKEN.slice(0, 5)]: 1 })),
      api.fetch('/metrics'),
      api.fetch('/api/v1/openapi.json'),
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect([...texts, api.log()].join('')).not.toContain(TOKEN);
  });

  it('says when it is not ready', async () => {
    const starting = await openFixture({ parts: { ready: () => false } });
    const response = await starting.fetch('/readyz', { headers: {} });
    expect(response.status).toBe(503);
    await starting.close();
  });
});

describe('answers', () => {
  // prettier-ignore
  const shapes = [
    // path                                        schema
    ['/accounts/ann@example.org',                  output.accountView],
    ['/accounts/ANN%40example.org',                output.accountView],
    ['/accounts/ann@example.org/limits',           output.limitList],
    ['/explain/8f2k9a1b',                          explanation],
    ['/explain/8F2K9AlB',                          explanation],
    ['/rungs',                                     output.rungPage],
    ['/relays',                                    output.relayList],
    ['/sender-proposals',                          output.proposalList],
    ['/bulk-tools',                                output.bulkToolList],
    ['/locks',                                     output.lockList],
    ['/incidents?state=open&limit=5',              output.incidentList],
    ['/audit?limit=5',                             output.auditList],
    ['/lists/allow',                               output.listEntries],
    ['/lists/deny',                                output.listEntries],
  ] as const;

  it.each(shapes)('GET %s as its schema says, with nothing undescribed', async (path, schema) => {
    const response = await api.fetch(`/api/v1${path}`);
    expect(response.status).toBe(200);
    const answer: unknown = await response.json();
    expect(schema.parse(answer)).toEqual(answer);
  });

  // prettier-ignore
  const missing = [
    ['GET',    '/accounts/nobody@example.org', undefined,                    'Nothing is known of the account nobody@example.org: it never logged in or sent here, or so long ago that this was let go. Check how its login is written.'],
    ['GET',    '/explain/00000000',            undefined,                    'No decision has the reference 00000000. Check the letters, or it is older than the journal is kept.'],
    ['GET',    '/incidents/I404',              undefined,                    'There is no incident I404. None is ever deleted: check its letters.'],
    ['POST',   '/incidents/I404/close',        { by: 'x', why: 'y', verdict: 'true' }, 'There is no open incident I404.'],
    ['POST',   '/accounts/nobody@example.org/limits/reset', { by: 'x', why: 'y' }, 'Nothing is used of the limits of nobody@example.org itself. Check how its login is written.'],
    ['DELETE', '/locks/nobody@example.org',    { by: 'x', why: 'y' },        'The account nobody@example.org is neither locked nor held.'],
    ['DELETE', '/lists/deny',                  { by: 'x', key: { login: 'a' } }, 'The deny list has no entry with this key.'],
    ['POST',   '/reload',                      { by: 'x' },                  'This daemon was started without a file to read.'],
    ['GET',    '/nothing',                     undefined,                    'There is nothing at GET of this path.'],
  ] as const;

  it.each(missing)('%s %s is not there, and says so', async (method, path, body, detail) => {
    const init = body === undefined ? { method } : json(method, body);
    const response = await api.fetch(`/api/v1${path}`, init);
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toBe(detail);
  });
});

describe('locks (ACC-11)', () => {
  it('locks, shows, replaces the reason, unlocks, and audits each with who and why', async () => {
    const first = await api.fetch(
      '/api/v1/locks/Ann@Example.org',
      json('PUT', { by: 'olga', why: 'stolen password', unlockOn: 'password' }),
    );
    const lock = output.madeLock.parse(await first.json());
    expect(lock).toMatchObject({
      account: 'ann@example.org',
      by: 'olga',
      why: 'stolen password',
      unlockOn: 'password',
    });
    expect(api.desk.locks.find('ann@example.org')).toMatchObject({ by: 'olga' });
    await api.fetch(
      '/api/v1/locks',
      json('POST', { account: 'ann@example.org', by: 'paul', why: 'again' }),
    );
    const view = await api.fetch('/api/v1/accounts/ann@example.org');
    expect(output.accountView.parse(await view.json()).lock).toMatchObject({ why: 'again' });
    const gone = await api.fetch(
      '/api/v1/locks/ann@example.org',
      json('DELETE', { by: 'olga', why: 'owner has a new password' }),
    );
    expect(await gone.json()).toEqual({ done: true, mail: 'keep', messages: 0 });
    expect(api.desk.locks.find('ann@example.org')).toBeUndefined();
    const audit = await api.fetch('/api/v1/audit?subject=ann@example.org');
    const { entries } = output.auditList.parse(await audit.json());
    expect(entries.map(({ by, why }) => [by, why])).toEqual(
      expect.arrayContaining([
        ['olga', 'stolen password'],
        ['paul', 'again'],
        ['olga', 'owner has a new password'],
      ]),
    );
  });

  it('releases an account that is held without a lock, and audits it', async () => {
    const decision = json('DELETE', { by: 'postmaster', why: 'its owner called' });
    const response = await api.fetch('/api/v1/locks/ann@example.org', decision);
    expect(response.status).toBe(200);
    expect(api.taken).toMatchObject([{ kind: 'release', account: 'ann@example.org' }]);
    const audit = await api.fetch('/api/v1/audit?subject=ann@example.org');
    expect(await audit.json()).toMatchObject({
      entries: [{ action: 'release', by: 'postmaster', why: 'its owner called' }],
    });
  });

  it('locks an account nobody has seen, and shows it', async () => {
    await api.fetch('/api/v1/locks/new@example.org', json('PUT', { by: 'olga', why: 'x' }));
    const view = await api.fetch('/api/v1/accounts/new@example.org');
    expect(output.accountView.parse(await view.json())).toMatchObject({
      report: null,
      lock: { account: 'new@example.org', unlockOn: 'person' },
    });
  });
});

describe('lists', () => {
  it('adds an entry with its network normalised, replaces it, and removes it', async () => {
    const add = (network: string, reason: string) =>
      api.fetch(
        '/api/v1/lists/deny',
        json('POST', { key: { network }, reason, by: 'olga', ttlSeconds: 3600 }),
      );
    await add('203.0.113.77/24', 'first');
    const second = await add('203.0.113.0/24', 'second');
    expect(output.listEntry.parse(await second.json())).toMatchObject({
      list: 'deny',
      key: { network: '203.0.113.0/24' },
      reason: 'second',
    });
    const shown = await api.fetch('/api/v1/lists/deny');
    expect(output.listEntries.parse(await shown.json()).entries).toHaveLength(1);
    const removed = await api.fetch(
      '/api/v1/lists/deny',
      json('DELETE', { key: { network: '203.0.113.9/24' }, by: 'olga' }),
    );
    expect(removed.status).toBe(200);
    const after = await api.fetch('/api/v1/lists/deny');
    expect(output.listEntries.parse(await after.json()).entries).toEqual([]);
  });
});

describe('reload', () => {
  it('says what changed and audits it, or why the old configuration stays', async () => {
    const outcomes = [
      { ok: true, value: 'policy.limits changed.' },
      { ok: false, reason: 'primum.yaml:3: mode: "enforced" is not known.' },
    ] as const;
    let turn = 0;
    const fixture = await openFixture({
      parts: { reload: () => Promise.resolve(outcomes[turn++ % 2] ?? outcomes[0]) },
    });
    const good = await fixture.fetch('/api/v1/reload', json('POST', { by: 'olga' }));
    expect(await good.json()).toEqual({ changes: 'policy.limits changed.' });
    expect(await fixture.desk.audit.list({ limit: 1 })).toMatchObject([
      { by: 'olga', action: 'reload', why: 'policy.limits changed.' },
    ]);
    const bad = await fixture.fetch('/api/v1/reload', json('POST', { by: 'olga' }));
    expect(bad.status).toBe(422);
    expect((await problemOf(bad)).detail).toContain('primum.yaml:3');
    await fixture.close();
  });
});

describe('the OpenAPI document', () => {
  it('describes every request with the schemas that validate it', async () => {
    const response = await api.fetch('/api/v1/openapi.json');
    const document = z
      .object({
        openapi: z.string(),
        paths: z.record(z.string(), z.record(z.string(), z.looseObject({ summary: z.string() }))),
      })
      .parse(await response.json());
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations).toContain('PUT /api/v1/locks/{account}');
    expect(operations).toContain('POST /api/v1/events');
    expect(operations).not.toContain('GET /metrics');
    expect(JSON.stringify(document.paths['/api/v1/locks/{account}'])).toContain('"unlockOn"');
    expect(document.paths['/api/v1/lists/{list}']?.['post']).toMatchObject({
      requestBody: {
        content: {
          'application/json': { schema: { required: ['key', 'reason', 'by', 'ttlSeconds'] } },
        },
      },
    });
  });
});

describe('listening', () => {
  it('names address, cause and remedy when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(openFixture({ listen: [{ address: `127.0.0.1:${port}` }] })).rejects.toMatchObject(
      {
        code: 'PORT_TAKEN',
        message: `Cannot listen on 127.0.0.1:${port}: another program listens there. Stop it, or choose another address.`,
      },
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('listens on several addresses and unix sockets at once, and lets go of all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'primum-api-'));
    const path = join(folder, 'api.sock');
    const both = await openFixture({
      listen: [{ address: '127.0.0.1:0' }, { address: `unix:${path}` }],
    });
    expect(both.door.addresses[1]).toBe(`unix:${path}`);
    expect((await both.fetch('/api/v1/locks')).status).toBe(200);
    await both.close();
    await expect(both.fetch('/healthz')).rejects.toThrow();
    await rm(folder, { recursive: true });
  });
});
