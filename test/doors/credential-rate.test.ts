/** Each token and each user may ask so often: one program in a loop keeps nobody else waiting. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDeskFixture, type Visitor } from './desk-fixture.ts';
import { NOW, problemOf, TOKEN } from './api-fixture.ts';

const RATE = { requestsPerSecond: 2, requestBurst: 5 };
const AGENT = 'agent-token-of-mx1-for-this-test';

let nowMs: number;
let api: Awaited<ReturnType<typeof openDeskFixture>>;

beforeEach(async () => {
  nowMs = NOW;
  api = await openDeskFixture({
    ...RATE,
    agentTokens: new Map([['mx1', AGENT]]),
    parts: { now: () => nowMs },
  });
});
afterEach(() => api.close());

async function tokenOf(name: string): Promise<Record<string, string>> {
  const request = { name, role: 'reader', scopes: ['desk:read'], by: 'test' } as const;
  const { token } = await api.desk.users.addToken(request);
  return { authorization: `Bearer ${token}` };
}

const ask = (headers: Record<string, string>, path = '/api/v1/health') =>
  api.fetch(path, { headers });

async function statuses(count: number, headers: Record<string, string>): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < count; n += 1) found.push((await ask(headers)).status);
  return found;
}

async function visitor(name: string): Promise<Visitor> {
  await api.addUser(name, 'reader');
  return api.logIn(name);
}

describe('the requests of one credential', () => {
  it('are answered up to the burst, then refused with a sentence and when to come again', async () => {
    const headers = await tokenOf('siem');
    expect(await statuses(5, headers)).toEqual([200, 200, 200, 200, 200]);
    const refused = await ask(headers);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('3');
    expect((await problemOf(refused)).detail).toBe(
      'This token asks too often: it may 2 times a second. Ask again in 3 seconds.',
    );
    // Five at two a second.
    nowMs += 2_500;
    expect(await statuses(6, headers)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('are those of a user in all sessions, and of no other user or token', async () => {
    const [first, other] = [await visitor('olga'), await visitor('paul')];
    const second = await api.logIn('olga');
    expect(await statuses(3, api.as(first))).toEqual([200, 200, 200]);
    expect(await statuses(3, api.as(second))).toEqual([200, 200, 429]);
    const refused = await ask(api.as(first));
    expect((await problemOf(refused)).detail).toMatch(/^You ask too often, from all your windows /);
    expect(await statuses(1, api.as(other))).toEqual([200]);
    expect(await statuses(1, await tokenOf('olga'))).toEqual([200]);
  });

  it('count when they are refused for another reason, so that trying is not free', async () => {
    const headers = await tokenOf('siem');
    for (let n = 0; n < 5; n += 1) expect((await ask(headers, '/api/v1/users')).status).toBe(403);
    expect((await ask(headers, '/api/v1/nothing')).status).toBe(429);
    const { cookie } = await visitor('olga');
    const close = () => api.post('/api/v1/holds/x/release', {}, { cookie });
    for (let n = 0; n < 5; n += 1) expect((await close()).status).toBe(403);
    expect((await close()).status).toBe(429);
  });

  it('have no bound for the token file of this host, nor for an agent', async () => {
    const all = Array.from({ length: 20 }, () => 200);
    expect(await statuses(20, { authorization: `Bearer ${TOKEN}` })).toEqual(all);
    const headers = { authorization: `Bearer ${AGENT}` };
    const found: number[] = [];
    for (const _ of all) found.push((await ask(headers, '/api/v1/agent/tasks')).status);
    expect(found).toEqual(all);
  });

  it('are counted, and the token is named once in the log', async () => {
    const headers = await tokenOf('siem');
    await statuses(9, headers);
    expect(await api.telemetry.metrics()).toContain(
      'primum_shed_total{door="api",what="requests of a token"} 4',
    );
    const said = api
      .log()
      .split('\n')
      .filter((line) => line.includes('requests of a token'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(
      'The api door reached a bound and turned away: requests of a token (siem). Raise doors.api.requests_per_second, or look what asks so often.',
    );
  });
});

it('the OpenAPI document says of each request of a token or user that it may be one too many', async () => {
  const responses = z.looseObject({
    429: z
      .object({
        headers: z.object({ 'retry-after': z.unknown() }),
        content: z.object({ 'application/problem+json': z.unknown() }),
      })
      .optional(),
  });
  const { paths } = z
    .object({
      paths: z.record(
        z.string(),
        z.record(z.string(), z.object({ responses, security: z.array(z.unknown()).optional() })),
      ),
    })
    .parse(await api.door.openApi());
  const told = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((one) => ({
      path,
      isGuarded: (one.security ?? []).length > 0 && !path.includes('/agent/'),
      isTold: one.responses[429] !== undefined,
    })),
  );
  expect(told.length).toBeGreaterThan(50);
  expect(told.filter(({ isGuarded, isTold }) => isGuarded !== isTold)).toEqual([]);
});

describe('a clock that is set back', () => {
  it('shuts nobody out until it has caught up', async () => {
    const headers = await tokenOf('siem');
    await statuses(5, headers);
    nowMs -= 3_600_000;
    expect(await statuses(1, headers)).toEqual([200]);
  });
});
