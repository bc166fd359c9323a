/** The paths of the agents: whose token opens them, and what they do not take. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CONTAINED_AT_ONCE,
  MAX_CHECKED,
  MAX_CONTAINED,
  MAX_TASKS,
} from '../../src/agent/contract.ts';
import { TOKEN, openFixture, problemOf } from './api-fixture.ts';
import type { ApiFixture } from './api-fixture.ts';

const AGENT = 'A'.repeat(43);
const OTHER = 'B'.repeat(43);
let api: ApiFixture;

beforeAll(async () => {
  const agentTokens = new Map([
    ['mx1.example.org', AGENT],
    ['mx2.example.org', OTHER],
  ]);
  api = await openFixture({ agentTokens });
});

afterAll(() => api.close());

function ask(path: string, token: string | null, init: RequestInit = {}): Promise<Response> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const type = init.body === undefined ? {} : { 'content-type': 'application/json' };
  return api.fetch(`/api/v1${path}`, { ...init, headers: { ...authorization, ...type } });
}

const report = (body: string, token: string | null = AGENT) =>
  ask('/agent/results', token, { method: 'POST', body });
const results = (...all: readonly unknown[]) => JSON.stringify({ results: all });

describe('the token of an agent', () => {
  it('opens the paths of the agent', async () => {
    expect((await ask('/agent/tasks', AGENT)).status).toBe(200);
    expect((await report(results())).status).toBe(200);
  });

  // prettier-ignore
  const wrong = [
    ['nothing at all',                null],
    ['an empty one',                  ''],
    ['the token of people',           TOKEN],
    ['one letter more',               `${AGENT}A`],
    ['one letter less',               AGENT.slice(1)],
    ['another letter case',           AGENT.toLowerCase()],
    ['a very long one',               'A'.repeat(8_000)],
  ] as const;

  it.each(wrong)(
    'is wanted: %s is refused, and nothing is said of the tokens',
    async (_, token) => {
      for (const response of [await ask('/agent/tasks', token), await report(results(), token)]) {
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer realm="primum-agent"');
        const { detail } = await problemOf(response);
        expect(detail).toContain("needs an agent's token");
        expect(detail).not.toContain('mx1');
      }
      expect(api.log()).not.toContain(AGENT);
    },
  );

  // prettier-ignore
  const closed = [
    ['GET',    '/holds'],
    ['GET',    '/holds/REF1/message'],
    ['POST',   '/holds/REF1/release'],
    ['POST',   '/holds/REF1/delete'],
    ['GET',    '/locks'],
    ['PUT',    '/locks/ann@example.org'],
    ['DELETE', '/locks/ann@example.org'],
    ['GET',    '/accounts/ann@example.org'],
    ['GET',    '/incidents'],
    ['GET',    '/audit'],
    ['POST',   '/events'],
    ['POST',   '/lists/allow'],
    ['POST',   '/reload'],
    ['POST',   '/trace/rotate'],
    ['GET',    '/openapi.json'],
    ['GET',    '/agent/../holds'],
    ['GET',    '/agent/none'],
  ] as const;

  it.each(closed)('opens nothing else: %s %s', async (method, path) => {
    const response = await ask(path, AGENT, { method });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).detail).toContain('This token is for an agent only.');
  });

  it('is refused wherever no agent is known', async () => {
    const none = await openFixture();
    const headers = { authorization: 'Bearer ' };
    expect((await none.fetch('/api/v1/agent/tasks', { headers })).status).toBe(401);
    await none.close();
  });
});

describe('the question for tasks', () => {
  it.each(['waitSeconds=26', 'waitSeconds=-1', 'waitSeconds=x', 'waitSeconds=Infinity', 'mta=mx2'])(
    '?%s is refused',
    async (query) => {
      const response = await ask(`/agent/tasks?${query}`, AGENT);
      expect(response.status).toBe(400);
      await problemOf(response);
    },
  );
});

describe('an agent that hangs up while it waits for tasks', () => {
  it('is waited for no more, so that nothing is handed to nobody', async () => {
    // A survey is due at the first question only.
    await ask('/agent/tasks', OTHER);
    const asked = Promise.withResolvers<AbortSignal | undefined>();
    const { agents } = api.desk;
    const watched: typeof agents = {
      tasks: (mta, options) => {
        asked.resolve(options?.signal);
        return agents.tasks(mta, options);
      },
      report: (mta, results) => agents.report(mta, results),
      heard: () => agents.heard(),
      queued: undefined,
    };
    const agentTokens = new Map([['mx2.example.org', OTHER]]);
    const desk = { ...api.desk, agents: watched };
    const second = await openFixture({ agentTokens, parts: { desk } });
    const left = new AbortController();
    const waiting = second.fetch('/api/v1/agent/tasks?waitSeconds=20', {
      headers: { authorization: `Bearer ${OTHER}` },
      signal: left.signal,
    });
    const signal = await asked.promise;
    expect(signal?.aborted).toBe(false);
    left.abort();
    await expect(waiting).rejects.toThrow();
    await expect.poll(() => signal?.aborted).toBe(true);
    await second.close();
  });
});

describe('results that are not right', () => {
  const found = {
    ...{ queueId: 'Q', queueName: 'hold', sizeBytes: 1, saslLogin: '', sender: '' },
    ...{ recipients: 1, arrivalSeconds: 1 },
  };
  const checked = { hold: 'h', state: 'held', message: found };
  const release = { id: 'release:h', kind: 'release', done: true, state: 'held' };
  const shown = { headers: '', body: '', isCut: false, recipients: [], sizeBytes: 1 };
  const show = (message: object) => ({ id: 'show:h', kind: 'show', state: 'held', message });
  const many = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);

  // prettier-ignore
  const refused = [
    ['no results',              {},                                                                      '`results` is missing'],
    ['something besides',       { results: [], mta: 'mx2.example.org' },                                 '`mta` is not known here'],
    ['not a list',              { results: {} },                                                         '`results`'],
    ['a kind of its own',       { results: [{ id: 'x', kind: 'shell' }] },                               '`results.0.kind`'],
    ['no id',                   { results: [{ ...release, id: undefined }] },                            '`results.0.id` is missing'],
    ['an empty id',             { results: [{ ...release, id: '' }] },                                   '`results.0.id`'],
    ['a long id',               { results: [{ ...release, id: 'x'.repeat(1_001) }] },                    '`results.0.id`'],
    ['no word on the deed',     { results: [{ ...release, done: undefined }] },                          '`results.0.done` is missing'],
    ['a deed half done',        { results: [{ ...release, done: 'half' }] },                             '`results.0.done`'],
    ['a state of its own',      { results: [{ ...release, state: 'lost' }] },                            '`results.0.state`'],
    ['more than is known',      { results: [{ ...release, hold: 'h2' }] },                               '`hold` is not known here'],
    ['too many results',        { results: many(MAX_TASKS + 1, release) },                               '`results`'],
    ['too many checked',        { results: [{ id: 'check', kind: 'check', found: many(MAX_CHECKED + 1, checked) }] }, '`results.0.found`'],
    ['too many in a survey',    { results: [{ id: 'survey', kind: 'survey', held: many(2_001, found) }] }, '`results.0.held`'],
    ['too many contained',      { results: [{ id: 'contain:a', kind: 'contain', contained: many(MAX_CONTAINED + 51, found) }] }, '`results.0.contained`'],
    ['too many announced',      { results: [{ id: 'contain:a', kind: 'containing', moving: many(CONTAINED_AT_ONCE + 1, { queueId: 'Q', arrivalSeconds: 1, sender: '' }) }] }, '`results.0.moving`'],
    ['a long sender',           { results: [{ id: 'survey', kind: 'survey', held: [{ ...found, sender: 'a'.repeat(1_001) }] }] }, '`results.0.held.0.sender`'],
    ['a negative size',         { results: [{ id: 'survey', kind: 'survey', held: [{ ...found, sizeBytes: -1 }] }] }, '`results.0.held.0.sizeBytes`'],
    ['a time that is none',     { results: [{ id: 'survey', kind: 'survey', held: [{ ...found, arrivalSeconds: 'now' }] }] }, '`results.0.held.0.arrivalSeconds`'],
    ['a long body shown',       { results: [show({ ...shown, body: 'x'.repeat(3 * 1024 * 1024 + 1) })] }, '`results.0.message.body`'],
    ['a long failure',          { results: [{ id: 'check', kind: 'failed', error: 'x'.repeat(1_001) }] }, '`results.0.error`'],
  ] as const;

  it.each(refused)('%s: refused whole and named', async (_, body, named) => {
    const response = await report(JSON.stringify(body));
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toContain(named);
  });

  it('are refused when they are not JSON, are another type, or would change a prototype', async () => {
    expect((await report('{')).status).toBe(400);
    expect((await report('')).status).toBe(400);
    expect((await report('{"__proto__":{"results":[]},"results":[]}')).status).toBe(400);
    const headers = { authorization: `Bearer ${AGENT}`, 'content-type': 'text/xml' };
    const other = await api.fetch('/api/v1/agent/results', {
      method: 'POST',
      headers,
      body: '<a/>',
    });
    expect(other.status).toBe(415);
  });

  it('are refused above 4 MiB, and taken though they are longer than others may be', async () => {
    const limit = 4 * 1024 * 1024;
    const text = results(show({ ...shown, body: 'x'.repeat(2 * 1024 * 1024) }));
    expect((await report(text)).status).toBe(200);
    expect((await report(text + ' '.repeat(limit - text.length))).status).toBe(200);
    const over = await report(text + ' '.repeat(limit - text.length + 1));
    expect(over.status).toBe(413);
    await problemOf(over);
  });
});
