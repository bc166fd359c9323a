/** What the API tells whoever asks in a way it cannot answer: always a sentence, and when to come again. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MAX_STREAMS } from '../../src/doors/api/change-stream.ts';
import { MAX_REPORTS } from '../../src/doors/api/public/pages.ts';
import { NOW, openFixture, problemOf, TOKEN, type ApiFixture } from './api-fixture.ts';
import { PAGES } from './desk-fixture.ts';

let api: ApiFixture;
const leaving: AbortController[] = [];

beforeAll(async () => {
  api = await openFixture({ publicPages: PAGES });
});
afterEach(() => {
  for (const one of leaving.splice(0)) one.abort();
});
afterAll(() => api.close());

async function bearer(scopes: readonly string[]): Promise<Record<string, string>> {
  const draft = { name: 't', role: 'reader' as const, scopes, by: 'test' };
  return { authorization: `Bearer ${(await api.desk.users.addToken(draft)).token}` };
}

const FORM = 'application/x-www-form-urlencoded';
const CASE = JSON.stringify({ by: 'x', subject: 's', text: 't' });

describe('an export', () => {
  it.each([
    ['holds.csv', 'holds:read'],
    ['audit.csv', 'audit:read'],
    ['cases.csv', 'cases:read'],
    ['rungs.csv', 'accounts:read'],
  ])('%s needs the scope of its list: %s', async (list, scope) => {
    const path = `/api/v1/export/${list}`;
    expect((await api.fetch(path, { headers: await bearer([scope]) })).status).toBe(200);
    const refused = await api.fetch(path, { headers: await bearer(['desk:read']) });
    expect((await problemOf(refused)).detail).toContain(`does not have the scope ${scope}`);
  });

  it('of no list is not there, whatever the token is for', async () => {
    const gone = await api.fetch('/api/v1/export/x.csv', { headers: await bearer(['holds:read']) });
    expect(gone.status).toBe(404);
  });
});

describe('an answer', () => {
  it("is dated by the daemon's clock, by which it has dated all that is in it", async () => {
    const answer = await api.fetch('/api/v1/overview', { headers: await bearer(['*']) });
    expect(answer.headers.get('date')).toBe(new Date(NOW).toUTCString());
  });
});

const described = z.object({
  components: z.object({ securitySchemes: z.record(z.string(), z.looseObject({})) }),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ security: z.unknown() }))),
});

describe('the OpenAPI document', () => {
  it('is for every token, and tells how a token and how a session change something', async () => {
    const headers = await bearer(['holds:read']);
    const document = described.parse(
      await (await api.fetch('/api/v1/openapi.json', { headers })).json(),
    );
    expect(document.components.securitySchemes).toMatchObject({
      token: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: 'primum_session' },
      csrf: { type: 'apiKey', in: 'header', name: 'x-primum-csrf' },
    });
    expect(document.paths['/api/v1/cases']?.['post']?.security).toEqual([
      { token: ['cases:write'] },
      { session: [], csrf: [] },
    ]);
    expect(document.paths['/api/v1/agent/tasks']?.['get']?.security).toEqual([
      { token: ['agent:read'] },
    ]);
  });

  it('names the type of what is no JSON', async () => {
    const types = z.object({
      paths: z.record(
        z.string(),
        z.object({
          get: z
            .object({
              responses: z.object({
                200: z.object({ content: z.record(z.string(), z.unknown()) }),
              }),
            })
            .optional(),
        }),
      ),
    });
    const { paths } = types.parse(await api.door.openApi());
    const typeOf = (path: string) => Object.keys(paths[path]?.get?.responses[200].content ?? {});
    expect(typeOf('/api/v1/export/holds.csv')).toEqual(['text/csv']);
    expect(typeOf('/api/v1/changes')).toEqual(['text/event-stream']);
    expect(typeOf('/api/v1/locks')).toEqual(['application/json']);
  });
});

describe('/metrics', () => {
  it.each([
    ['nobody but this host asks', {}, 200],
    ['a proxy asks for somebody elsewhere', { 'x-forwarded-for': '203.0.113.9' }, 401],
    ['a proxy does not say for whom', { 'x-forwarded-proto': 'https' }, 401],
    ['a proxy says nonsense', { 'x-forwarded-for': 'unknown' }, 401],
    ['a proxy asks for this host', { 'x-forwarded-for': '203.0.113.9, 127.0.0.1' }, 200],
  ])('where %s', async (_, headers: Record<string, string>, status) => {
    expect((await api.fetch('/metrics', { headers })).status).toBe(status);
    const named = { ...headers, authorization: `Bearer ${TOKEN}` };
    expect((await api.fetch('/metrics', { headers: named })).status).toBe(200);
  });
});

describe('a mistake that the framework finds', () => {
  const json = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  // prettier-ignore
  const mistakes = [
    ['a key that is too long', { 'idempotency-key': 'k'.repeat(500) }, CASE, '400 has 1 to 200 printable'],
    ['another type',           { 'content-type': 'text/xml' },         'x',  '415 Send JSON'],
    ['an empty body',          {},                                     '',   '400 The body is empty'],
    ['a body cut off',         {},                                     '{',  '400 The body is not JSON'],
    ['too much',               {},                  'x'.repeat(1_048_577),   '413 Send less at once'],
  ] as const;

  it.each(mistakes)('%s is a problem with a sentence', async (_, more, body, says) => {
    const headers = { ...json, ...more };
    const response = await api.fetch('/api/v1/cases', { method: 'POST', headers, body });
    const { status, detail } = await problemOf(response);
    expect(status).toBe(Number(says.slice(0, 3)));
    expect(detail).toContain(says.slice(4));
  });

  it('who is not let in leaves no answer under the key of another', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'shared' };
    const post = (more: Record<string, string>) =>
      api.fetch('/api/v1/cases', { method: 'POST', headers: { ...headers, ...more }, body: CASE });
    expect((await post({})).status).toBe(401);
    const first = await post(json);
    expect((await post({})).status).toBe(401);
    const again = await post(json);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
  });
});

describe('a page that is asked for by an id', () => {
  it.each(['/incidents', '/holds', '/cases'])('of no list is refused: %s', async (path) => {
    for (const before of ['nonsense', 'x01m8ht079400009hv', '']) {
      const response = await api.fetch(`/api/v1${path}?before=${before}`);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).detail).toContain('`before` is not the id of');
    }
    const letter = path.charAt(1);
    const right = await api.fetch(`/api/v1${path}?before=${letter}01m8ht079400009hv`);
    expect(right.status).toBe(200);
  });
});

describe('whoever has to come again is told when', () => {
  it('as one follower too many', async () => {
    const follow = () => {
      const left = new AbortController();
      leaving.push(left);
      return api.fetch('/api/v1/changes', {
        headers: { authorization: `Bearer ${TOKEN}` },
        signal: left.signal,
      });
    };
    await Promise.all(Array.from({ length: MAX_STREAMS }, follow));
    const response = await follow();
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('30');
    expect((await problemOf(response)).detail).toContain('clients follow already');
    expect(api.log()).not.toContain('could not do');
  });

  it('as one who reports, asks after mail or tries links too often', async () => {
    const headers = { 'content-type': FORM };
    const report = () =>
      api.fetch('/report', { method: 'POST', headers, body: 'category=spam&subject=s&text=t' });
    for (let count = 0; count < MAX_REPORTS; count++) await report();
    const response = await report();
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('3600');
  });
});

it.each([
  ['no byte', ''],
  ['half a header', 'GET /report HTTP/1.1\r\nHost: x\r\nX-a: '],
  [
    'half a body',
    `POST /report HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 9\r\n\r\nabc`,
  ],
])('a request of which %s came is ended, though its client never goes', async (_, text) => {
  const hasty = await openFixture({ publicPages: PAGES, requestTimeoutSeconds: 0.1 });
  const { hostname, port } = new URL(hasty.baseUrl);
  // The client keeps its side open, as one that holds places would.
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  let answer = '';
  socket.on('data', (part) => (answer += String(part)));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'end');
  if (answer !== '') expect(answer).toMatch(/^HTTP\/1.1 408 [^]*did not arrive in time/);
  // Nobody listens any more: what is written is answered with a reset.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const more = setInterval(() => socket.write('x'), 20);
  await closed;
  clearInterval(more);
  await hasty.close();
});
