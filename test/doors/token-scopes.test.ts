/** Every request of the OpenAPI document, asked with every token that is not for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AREAS } from '../../src/doors/api/schemas/desk.ts';
import { openFixture, type ApiFixture } from './api-fixture.ts';

const document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ security: z.array(z.record(z.string(), z.array(z.string()))).optional() }),
    ),
  ),
});

interface Route {
  readonly method: string;
  readonly path: string;
  /** Of a token; undefined where nobody is asked who he is. */
  readonly scope: string | undefined;
}

let api: ApiFixture;
let routes: readonly Route[];
const ALL = AREAS.flatMap((area) => [`${area}:read`, `${area}:write`]);

beforeAll(async () => {
  api = await openFixture();
  const { paths } = document.parse(await api.door.openApi());
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security = [] }]) => ({
      ...{ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, 'x1') },
      scope: security[0]?.['token']?.[0],
    })),
  );
});
afterAll(() => api.close());

async function tokenOf(scopes: readonly string[], role: 'reader' | 'admin' = 'admin') {
  const { token } = await api.desk.users.addToken({ name: 't', role, scopes, by: 'test' });
  return { authorization: `Bearer ${token}` };
}

/** Only the status: a stream of changes would never end. */
async function ask({ method, path }: Route, headers: Record<string, string>): Promise<number> {
  const left = new AbortController();
  const sent = method === 'GET' ? {} : { body: '{}' };
  const types = method === 'GET' ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${api.baseUrl}${path}`, {
    ...{ method, signal: left.signal, headers: { ...types, ...headers } },
    ...sent,
  });
  left.abort();
  return response.status;
}

const guarded = (): readonly Route[] =>
  routes.filter(({ scope, path }) => scope !== undefined && !path.includes('/agent/'));

describe('each request of the API', () => {
  it('says in its document which scope it needs, of an area that tokens know', () => {
    expect(routes.length).toBeGreaterThan(60);
    const open = routes.filter(({ scope }) => scope === undefined).map(({ path }) => path);
    expect(new Set(open)).toEqual(
      new Set(['/api/v1/session', '/api/v1/invitation', '/api/v1/ways-in']),
    );
    for (const { scope, path } of guarded()) {
      const known = [...ALL, 'session:write'];
      expect(known, path).toContain(scope);
    }
    for (const area of AREAS) {
      expect(
        guarded().some(({ scope }) => scope?.startsWith(`${area}:`)),
        area,
      ).toBe(true);
    }
  });

  it('refuses a token that has every scope but its own, whatever the role: 403', async () => {
    const tokens = new Map<string, Record<string, string>>();
    for (const scope of ALL) tokens.set(scope, await tokenOf(ALL.filter((one) => one !== scope)));
    tokens.set('session:write', await tokenOf(ALL));
    const seen: Record<string, number> = {};
    for (const route of guarded()) {
      seen[`${route.method} ${route.path}`] = await ask(route, tokens.get(route.scope ?? '') ?? {});
    }
    const letIn = Object.entries(seen).filter(([, status]) => status !== 403);
    expect(letIn).toEqual([]);
  });

  it('refuses a token whose role is less than it needs, whatever its scopes: 403', async () => {
    const reader = await tokenOf(['*'], 'reader');
    for (const route of guarded().filter(
      ({ method, path }) => method !== 'GET' && !path.endsWith('/session'),
    )) {
      expect(await ask(route, reader), `${route.method} ${route.path}`).toBe(403);
    }
  });

  it('refuses nobody whose token is for it: neither 401 nor 403', async () => {
    for (const route of guarded()) {
      const right = await tokenOf([route.scope === 'session:write' ? '*' : (route.scope ?? '')]);
      const status = await ask(route, right);
      expect([401, 403], `${route.method} ${route.path}`).not.toContain(status);
    }
  });

  it('refuses who has none at all: 401, and an agent opens only his own paths', async () => {
    for (const route of routes.filter(({ scope }) => scope !== undefined)) {
      expect(await ask(route, {}), `${route.method} ${route.path}`).toBe(401);
      if (!route.path.includes('/agent/')) continue;
      expect(await ask(route, await tokenOf(['*'])), route.path).toBe(401);
    }
  });
});
