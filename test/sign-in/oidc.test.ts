/** Logging in with OpenID Connect, against a provider that signs real tokens, and against liars. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOidc, MAX_PROVIDER_BYTES } from '../../src/sign-in/oidc.ts';
import type { OidcOptions } from '../../src/sign-in/oidc.ts';
import { MAX_SIGN_INS } from '../../src/doors/api/sign-in.ts';
import { openFixture, problemOf } from '../doors/api-fixture.ts';
import { CLIENT, startProvider, type Bent } from './provider.ts';

const BASE = 'https://primum.example.org';
let provider: Awaited<ReturnType<typeof startProvider>>;
let house: Awaited<ReturnType<typeof openHouse>>;

async function openHouse(changed: Partial<OidcOptions> = {}, passwordLogin = true) {
  const signIn = createOidc({
    issuer: provider.issuer,
    clientId: CLIENT.id,
    secret: CLIENT.secret,
    redirectUrl: `${BASE}/login/oidc/callback`,
    scopes: ['openid', 'profile'],
    nameClaim: 'preferred_username',
    roleClaim: 'groups',
    roles: { admin: ['mail-admins'], reviewer: ['abuse-desk'], reader: ['support'] },
    createUsers: true,
    label: 'the house',
    timeoutSeconds: 5,
    ...changed,
  });
  const api = await openFixture({ parts: { signIn, passwordLogin } });
  const ask = (path: string, cookie = '', more: Record<string, string> = {}) =>
    fetch(`${api.baseUrl}${path}`, { redirect: 'manual', headers: { cookie, ...more } });
  const cookiesOf = (response: Response): string =>
    response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  /** Up to where the provider sends the browser back to. */
  const begin = async () => {
    const there = await ask('/login/oidc');
    const cookie = cookiesOf(there);
    const atProvider = await fetch(there.headers.get('location') ?? '', { redirect: 'manual' });
    const back = new URL(atProvider.headers.get('location') ?? '');
    return { cookie, back: `${back.pathname}${back.search}`, there };
  };
  return {
    ...api,
    ask,
    begin,
    /** The whole way, as a browser goes it. */
    async logIn() {
      const { cookie, back } = await begin();
      const response = await ask(back, cookie);
      const session = /primum_session=[\w-]{43}/.exec(cookiesOf(response))?.[0] ?? '';
      const seen = await ask('/api/v1/session', session);
      return {
        response,
        session,
        who: seen.ok ? ((await seen.json()) as { name: string; role: string }) : undefined,
      };
    },
  };
}

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());
beforeEach(async () => {
  provider.bend({});
  provider.is({ sub: '1', preferred_username: 'olga', groups: ['abuse-desk', 'all'] });
  house = await openHouse();
  return () => house.close();
});

/** A refusal is a page with one sentence and a reference that the log has too. */
async function refusalOf(response: Response): Promise<string> {
  const page = await response.text();
  const reference = /<code>([0-9A-Z]{8})<\/code>/.exec(page)?.[1] ?? 'none';
  expect(house.log()).toContain(`(reference ${reference})`);
  expect(response.headers.getSetCookie().join()).not.toMatch(/primum_session=[\w-]+/);
  return /role="alert">([^<]*)</.exec(page)?.[1] ?? page;
}

describe('a login with OpenID Connect', () => {
  it('sends the browser away with PKCE, state and nonce, and keeps its secret from scripts', async () => {
    const { there } = await house.begin();
    expect(there.headers.getSetCookie()[0]).toMatch(
      /^primum_sign_in=[\w-]{43}; Path=\/login\/oidc; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const query = provider.asked.at(-1) ?? new URLSearchParams();
    expect(query.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce']) {
      expect(query.get(name), name).toMatch(/^[\w-]{43}$/);
    }
    expect(query.get('scope')).toBe('openid profile');
    expect(query.get('redirect_uri')).toBe(`${BASE}/login/oidc/callback`);
  });

  it('over TLS begins and ends with cookies that no other host of the domain may plant', async () => {
    const tls = { 'x-forwarded-proto': 'https' };
    const there = await house.ask('/login/oidc', '', tls);
    const [seed = ''] = there.headers.getSetCookie();
    expect(seed).toMatch(/^__Host-primum_sign_in=[\w-]{43}; Path=\/; .*; Secure$/);
    const atProvider = await fetch(there.headers.get('location') ?? '', { redirect: 'manual' });
    const { pathname, search } = new URL(atProvider.headers.get('location') ?? '');
    // One that was planted comes first, under the name without the prefix.
    const cookies = `primum_sign_in=${'B'.repeat(43)}; ${seed.split(';')[0] ?? ''}`;
    const back = await house.ask(`${pathname}${search}`, cookies, tls);
    expect(back.status).toBe(303);
    expect(back.headers.getSetCookie().join()).toMatch(/__Host-primum_session=[\w-]{43}; Path=\/;/);
  });

  it('ends in a session with the name and the best role of its claims', async () => {
    provider.is({ sub: '1', preferred_username: 'Olga', groups: ['support', 'abuse-desk'] });
    const { response, who } = await house.logIn();
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/console/');
    expect(who).toMatchObject({ name: 'olga', role: 'reviewer' });
  });

  it('takes the role anew each time, and says so in the audit log', async () => {
    await house.logIn();
    provider.is({ sub: '1', preferred_username: 'olga', groups: ['mail-admins'] });
    expect((await house.logIn()).who).toMatchObject({ role: 'admin' });
    const entries = await house.desk.audit.list({ limit: 20 });
    expect(entries.map(({ action }) => action)).toEqual([
      'login',
      'user.role',
      'login',
      'user.add',
    ]);
    expect(entries[1]?.why).toBe('reviewer to admin, as the login provider says.');
  });

  it('ends every other session when it brings another role', async () => {
    const before = await house.logIn();
    provider.is({ sub: '1', preferred_username: 'olga', groups: ['support'] });
    const after = await house.logIn();
    expect(after.who).toMatchObject({ role: 'reader' });
    expect((await house.ask('/api/v1/session', before.session)).status).toBe(401);
    expect((await house.ask('/api/v1/session', after.session)).status).toBe(200);
  });

  it('finds the role below a path of claims too', async () => {
    await house.close();
    house = await openHouse({ roleClaim: 'realm_access.roles' });
    provider.is({ sub: '1', preferred_username: 'olga', realm_access: { roles: ['support'] } });
    expect((await house.logIn()).who).toMatchObject({ role: 'reader' });
  });

  it('is a new session each time; one that was planted before is worth nothing (fixation)', async () => {
    const planted = `primum_session=${'B'.repeat(43)}`;
    const { cookie, back } = await house.begin();
    await house.ask(back, `${planted}; ${cookie}`);
    expect((await house.ask('/api/v1/session', planted)).status).toBe(401);
    const [first, second] = [await house.logIn(), await house.logIn()];
    expect(first.session).not.toBe(second.session);
  });

  it('makes a user only where that is configured; who was invited is expected', async () => {
    await house.close();
    house = await openHouse({ createUsers: false });
    expect(await refusalOf((await house.logIn()).response)).toContain('you are no user here');
    expect(await house.desk.users.list()).toEqual([]);
    await house.desk.users.invite({ name: 'olga', role: 'reader', by: 'adam' });
    expect((await house.logIn()).who).toMatchObject({ name: 'olga', role: 'reviewer' });
  });

  it('keeps a name for the subject that came with it first', async () => {
    await house.logIn();
    provider.is({ sub: '2', preferred_username: 'olga', groups: ['mail-admins'] });
    expect(await refusalOf((await house.logIn()).response)).toContain('has your name here already');
    provider.is({ sub: '1', preferred_username: 'olga.miller', groups: ['support'] });
    expect((await house.logIn()).who).toMatchObject({ name: 'olga', role: 'reader' });
    await house.desk.users.remove('olga', 'adam');
    provider.is({ sub: '2', preferred_username: 'olga', groups: ['support'] });
    expect((await house.logIn()).who).toMatchObject({ name: 'olga' });
  });

  it('lets nobody in whose claims give no role, or no name that can be one', async () => {
    provider.is({ sub: '1', preferred_username: 'olga', groups: ['accounting'] });
    expect(await refusalOf((await house.logIn()).response)).toContain('Ask an admin for a role');
    provider.is({ sub: '1', preferred_username: '<script>', groups: ['support'] });
    expect(await refusalOf((await house.logIn()).response)).toContain('login.oidc.name_claim');
    provider.is({ sub: '1', groups: ['support'] });
    expect(await refusalOf((await house.logIn()).response)).toContain('login.oidc.name_claim');
  });
});

describe('what a provider says', () => {
  const before = Math.floor(Date.now() / 1000) - 7200;
  // prettier-ignore
  const lies: readonly (readonly [string, Bent])[] = [
    ['another issuer',            { claims: (all) => ({ ...all, iss: 'https://evil.example' }) }],
    ['another audience',          { claims: (all) => ({ ...all, aud: 'somebody else' }) }],
    ['the nonce of another login', { claims: (all) => ({ ...all, nonce: 'A'.repeat(43) }) }],
    ['no nonce',                  { claims: ({ nonce: _, ...all }) => all }],
    ['a token that is over',      { claims: (all) => ({ ...all, iat: before, exp: before + 300 }) }],
    ['no end of the token',       { claims: ({ exp: _, ...all }) => all }],
    ['no subject',                { claims: ({ sub: _, ...all }) => all }],
    ['no signature',              { signature: 'none' }],
    ['the signature of another',  { signature: 'other key' }],
    ['a signature of another kind', { signature: 'hmac' }],
    ['no ID token',               { token: (r) => void r.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"a","token_type":"Bearer"}') }],
  ];

  it.each(lies)('is not believed with %s', async (_, bent) => {
    provider.bend(bent);
    const { response, who } = await house.logIn();
    expect(who).toBeUndefined();
    expect([401, 503]).toContain(response.status);
    await refusalOf(response);
    expect(await house.desk.users.list()).toEqual([]);
  });

  it('is told as its own words where it refuses, without its text in the page', async () => {
    provider.bend({ refuse: '<b>access_denied' });
    const { response } = await house.logIn();
    expect(await refusalOf(response)).toContain('did not let you in');
  });

  it.each([
    [
      'answers too much',
      (r: Parameters<NonNullable<Bent['token']>>[0]) =>
        void r.end('x'.repeat(MAX_PROVIDER_BYTES + 1)),
    ],
    ['answers no JSON', (r: Parameters<NonNullable<Bent['token']>>[0]) => void r.end('<html>')],
    ['hangs up', (r: Parameters<NonNullable<Bent['token']>>[0]) => void r.destroy()],
    [
      'sends the secret elsewhere',
      (r: Parameters<NonNullable<Bent['token']>>[0]) =>
        void r.writeHead(307, { location: 'http://127.0.0.1:9/token' }).end(),
    ],
  ])('counts for nothing when it %s', async (_, token) => {
    provider.bend({ token });
    const { response } = await house.logIn();
    expect([401, 503]).toContain(response.status);
    await refusalOf(response);
  });

  it('must be said by the issuer that is configured', async () => {
    provider.bend({ discovery: () => ({ issuer: 'https://evil.example' }) });
    const response = await house.ask('/login/oidc');
    expect(response.status).toBe(503);
    expect(await refusalOf(response)).toContain('cannot be reached as it should be');
    provider.bend({});
    expect((await house.logIn()).who, 'and is asked again').toBeDefined();
  });
});

describe('the way back', () => {
  it('is only for the browser that began, and only once', async () => {
    const { cookie, back } = await house.begin();
    const stolen = await house.ask(back);
    expect(stolen.status).toBe(400);
    expect(await refusalOf(stolen)).toContain('begun in another window');
    const other = await house.begin();
    expect((await house.ask(back, other.cookie)).status).toBe(400);
    expect((await house.ask(back, cookie)).status).toBe(303);
    // The provider gives a code once.
    expect((await house.ask(back, cookie)).status).toBe(401);
  });

  it.each(['', '?', '?state=', '?code=x', `?state=${'s'.repeat(5000)}`, '?error=x&state=y'])(
    'refuses what is none: %s',
    async (query) => {
      const { cookie } = await house.begin();
      const response = await house.ask(`/login/oidc/callback${query}`, cookie);
      expect(response.status).toBe(400);
      await refusalOf(response);
    },
  );

  it('is bounded by where it comes from', async () => {
    const from = { 'x-forwarded-for': '192.0.2.7' };
    for (let count = 0; count < MAX_SIGN_INS; count++) {
      await house.ask('/login/oidc/callback', '', from);
    }
    expect((await house.ask('/login/oidc', '', from)).status).toBe(429);
    expect((await house.ask('/login/oidc')).status).toBe(302);
  });
});

describe('login by password', () => {
  it('can be switched off; the page is told what is left', async () => {
    const { token } = await house.desk.users.invite({ name: 'vera', role: 'reader', by: 'adam' });
    await house.close();
    house = await openHouse({}, false);
    const ways = await house.fetch('/api/v1/ways-in', { headers: {} });
    expect(await ways.json()).toEqual({ password: false, provider: 'the house' });
    for (const [path, body] of [
      ['session', { name: 'olga', password: 'correct horse battery' }],
      ['invitation', { token, name: 'vera', password: 'correct horse battery' }],
    ] as const) {
      const response = await house.fetch(`/api/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(403);
      expect((await problemOf(response)).detail).toContain('There are no passwords here');
    }
    expect((await house.logIn()).who).toMatchObject({ name: 'olga' });
  });
});
