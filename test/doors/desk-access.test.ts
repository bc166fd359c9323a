/** Who may do what at the desk: sessions, roles, tokens, and what attackers try. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf, TOKEN } from './api-fixture.ts';
import { openDeskFixture, PASSWORD, type Visitor } from './desk-fixture.ts';

let api: Awaited<ReturnType<typeof openDeskFixture>>;

beforeAll(async () => {
  api = await openDeskFixture();
  await api.addUser('rita', 'reader');
  await api.addUser('olga', 'reviewer');
  await api.addUser('adam', 'admin');
});
afterAll(() => api.close());

const visitors = new Map<string, Visitor>();
/** Logged in once: a login costs what guessing shall cost. */
async function visitor(name: string): Promise<Visitor> {
  const known = visitors.get(name) ?? (await api.logIn(name));
  visitors.set(name, known);
  return known;
}

const CASE = { by: 'x', subject: 'spam', text: 'It came from you.' };

describe('a session', () => {
  it('is a cookie that no script reads and no other site sends', async () => {
    const response = await api.post('/api/v1/session', { name: 'olga', password: PASSWORD });
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toMatch(
      /^primum_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=/,
    );
    expect(cookie).not.toContain('Secure');
    const behind = await api.post(
      '/api/v1/session',
      { name: 'olga', password: PASSWORD },
      { 'x-forwarded-proto': 'https' },
    );
    expect(behind.headers.getSetCookie()[0]).toMatch(
      /^__Host-primum_session=[\w-]{43}; Path=\/; .*; Secure$/,
    );
  });

  it('signs with the name of its user, whatever is sent', async () => {
    const olga = await api.logIn('olga');
    const response = await api.post('/api/v1/cases', CASE, api.as(olga));
    const { timeline } = (await response.json()) as { timeline: readonly { by: string }[] };
    expect(timeline[0]?.by).toBe('olga');
  });

  it('changes nothing without its csrf, nor from another site (CSRF)', async () => {
    const olga = await api.logIn('olga');
    const { cookie } = olga;
    const wrong = 'A'.repeat(43);
    for (const headers of [
      { cookie },
      { cookie, 'x-primum-csrf': wrong },
      { ...api.as(olga), 'sec-fetch-site': 'cross-site' },
    ]) {
      const response = await api.post('/api/v1/cases', CASE, headers);
      expect(response.status).toBe(403);
      expect((await problemOf(response)).detail).toContain('did not come from the console');
    }
    const plain = await api.form('/api/v1/cases', { subject: 'x', text: 'y' }, { cookie });
    expect([403, 415]).toContain(plain.status);
  });

  it('is new at each login; one that was planted before is worth nothing (fixation)', async () => {
    const planted = `primum_session=${'B'.repeat(43)}`;
    const first = await api.logIn('olga', { cookie: planted });
    expect(first.cookie).not.toBe(planted);
    const second = await api.logIn('olga', { cookie: first.cookie });
    const ask = (cookie: string) => fetch(`${api.baseUrl}/api/v1/cases`, { headers: { cookie } });
    expect((await ask(planted)).status).toBe(401);
    expect((await ask(first.cookie)).status).toBe(401);
    expect((await ask(second.cookie)).status).toBe(200);
  });

  it('ends with another role, which is in force at once and is on record', async () => {
    await api.addUser('nora', 'reviewer');
    const before = await api.logIn('nora');
    const admin = { authorization: `Bearer ${TOKEN}` };
    const make = (role: string) =>
      api.post('/api/v1/users', { by: 'adam', name: 'nora', role }, admin);
    const ask = (cookie: string) => fetch(`${api.baseUrl}/api/v1/session`, { headers: { cookie } });
    // A new password alone ends nothing before it is set.
    await make('reviewer');
    expect((await ask(before.cookie)).status).toBe(200);
    await make('reader');
    expect((await ask(before.cookie)).status).toBe(401);
    const after = await api.logIn('nora');
    expect(after.cookie).not.toBe(before.cookie);
    expect((await api.post('/api/v1/cases', CASE, api.as(after))).status).toBe(403);
    const [change] = (await api.desk.audit.list({ subject: 'nora', limit: 9 })).filter(
      ({ action }) => action === 'user.role',
    );
    expect(change).toMatchObject({ by: 'adam', why: 'reviewer to reader.' });
  });

  it('is begun by no other site: a form and a text of elsewhere log nobody in (CSRF)', async () => {
    const fields = { name: 'olga', password: PASSWORD };
    expect((await api.form('/api/v1/session', fields)).status).toBe(415);
    const text = await fetch(`${api.baseUrl}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(fields),
    });
    expect(text.status).toBe(415);
    expect(text.headers.getSetCookie()).toEqual([]);
  });

  it('over TLS is none that another host of the domain may plant, before the login or after', async () => {
    const tls = { 'x-forwarded-proto': 'https' };
    const mallory = await api.logIn('rita');
    const who = async (cookie: string) =>
      fetch(`${api.baseUrl}/api/v1/session`, { headers: { ...tls, cookie } });
    // RFC 6265bis: a browser takes `__Host-` from this host alone; what was planted may come first.
    expect((await who(mallory.cookie)).status).toBe(401);
    const { cookie } = await api.logIn('olga', { ...tls, cookie: mallory.cookie });
    const both = await who(`${mallory.cookie}; ${cookie}`);
    expect(await both.json()).toMatchObject({ name: 'olga' });
  });

  it('ends with the logout, with a new password, and with its user', async () => {
    await api.addUser('gone', 'reviewer');
    const gone = await api.logIn('gone');
    const ask = () => fetch(`${api.baseUrl}/api/v1/session`, { headers: { cookie: gone.cookie } });
    expect((await ask()).status).toBe(200);
    await api.addUser('gone', 'reviewer');
    expect((await ask()).status).toBe(401);
    const again = await api.logIn('gone');
    await api.fetch('/api/v1/users/gone', {
      method: 'DELETE',
      body: JSON.stringify({ by: 'adam' }),
    });
    const after = await fetch(`${api.baseUrl}/api/v1/session`, {
      headers: { cookie: again.cookie },
    });
    expect(after.status).toBe(401);
  });
});

// Each guess costs what a password check costs; a busy machine takes its time.
describe('guessing a password', { timeout: 120_000 }, () => {
  it('ends after ten failures of one network, and locks nobody else out', async () => {
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const guess = (address: string, password: string) =>
      api.post('/api/v1/session', { name: 'adam', password }, from(address));
    for (let attempt = 0; attempt < 10; attempt++) {
      // One customer has a /64; another address of it is no new start.
      const response = await guess(`2001:db8:7:1::${attempt}`, 'wrong password no 1');
      expect(response.status).toBe(401);
    }
    const right = await guess('2001:db8:7:1::77', PASSWORD);
    expect(right.status).toBe(429);
    expect((await problemOf(right)).detail).toContain('Try again in 15 minutes');
    expect((await guess('192.0.2.9', PASSWORD)).status).toBe(200);
  });

  it('says the same of a name that is not there', async () => {
    const unknown = await api.post('/api/v1/session', { name: 'nobody', password: 'x' });
    const wrong = await api.post('/api/v1/session', { name: 'rita', password: 'x' });
    expect((await problemOf(unknown)).detail).toBe((await problemOf(wrong)).detail);
  });
});

describe('a link for a user', () => {
  it('works once, refuses a weak password, and is not used up by that', async () => {
    const { token } = await api.desk.users.invite({ name: 'vera', role: 'reader', by: 'adam' });
    const accept = (password: string) =>
      api.post('/api/v1/invitation', { token, name: 'vera', password });
    for (const weak of ['short', 'aaaaaaaaaaaaaaaa', 'vera-vera-vera-1']) {
      expect((await accept(weak)).status).toBe(422);
    }
    expect((await accept(PASSWORD)).status).toBe(200);
    expect((await accept(PASSWORD)).status).toBe(404);
  });

  it('keeps the role of a user unless one is named, and asks before the last admin is none', async () => {
    const roleOf = async (user: string): Promise<string | undefined> =>
      (await api.desk.users.invitations()).find(({ name }) => name === user)?.role;
    const headers = { authorization: `Bearer ${TOKEN}` };
    const ask = (body: object) => api.post('/api/v1/users', { by: 'root', ...body }, headers);
    expect((await ask({ name: 'adam' })).status).toBe(200);
    expect(await roleOf('adam')).toBe('admin');
    const refused = await ask({ name: 'adam', role: 'reviewer' });
    expect(refused.status).toBe(409);
    expect((await problemOf(refused)).detail).toContain('adam is the last admin');
    expect(await roleOf('adam')).toBe('admin');
    expect((await ask({ name: 'adam', role: 'reviewer', isLast: true })).status).toBe(200);
    expect(await roleOf('adam')).toBe('reviewer');
    expect((await ask({ name: 'adam', role: 'admin' })).status).toBe(200);
    for (const role of ['reader', undefined]) await ask({ name: 'vera', ...(role && { role }) });
    expect(await roleOf('vera')).toBe('reader');
    await ask({ name: 'nina' });
    expect(await roleOf('nina')).toBe('reviewer');
  });

  it('without a name makes a new user and takes over nobody', async () => {
    const { token } = await api.desk.users.invite({ name: '', role: 'admin', by: 'primum' });
    const taken = await api.post('/api/v1/invitation', { token, name: 'rita', password: PASSWORD });
    expect(taken.status).toBe(409);
  });
});

describe('roles and scopes', () => {
  // prettier-ignore
  const may = [
    ['rita', 'GET',  '/audit',        200],
    ['rita', 'POST', '/cases',        403],
    ['rita', 'GET',  '/users',        403],
    ['olga', 'POST', '/cases',        200],
    ['olga', 'POST', '/alerts/test',  403],
    ['olga', 'POST', '/reload',       403],
    ['olga', 'GET',  '/users',        403],
    ['adam', 'GET',  '/users',        200],
    ['adam', 'POST', '/alerts/test',  200],
  ] as const;

  it.each(may)('%s may %s %s: %i', async (name, method, path, status) => {
    const known = await visitor(name);
    const response = await fetch(`${api.baseUrl}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...api.as(known) },
      ...(method === 'POST' && { body: JSON.stringify(CASE) }),
    });
    // The test of alerts takes nothing but who asks.
    expect(response.status === 400 ? 200 : response.status).toBe(status);
  });

  it('a token does what its scopes and its role say, and nothing else', async () => {
    const make = async (scopes: readonly string[]) => {
      const request = { name: 'siem', role: 'reader' as const, scopes, by: 'adam' };
      const { id, token } = await api.desk.users.addToken(request);
      const ask = (path: string, method = 'GET') =>
        fetch(`${api.baseUrl}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          ...(method === 'POST' && { body: JSON.stringify(CASE) }),
        }).then(({ status }) => status);
      return { id, ask };
    };
    const narrow = await make(['cases:read']);
    expect(await narrow.ask('/cases')).toBe(200);
    expect(await narrow.ask('/incidents')).toBe(403);
    expect(await narrow.ask('/cases', 'POST')).toBe(403);
    const wide = await make(['*']);
    expect(await wide.ask('/incidents')).toBe(200);
    expect(await wide.ask('/cases', 'POST')).toBe(403);
    expect(await wide.ask('/agent/tasks')).toBe(401);
    expect(await api.desk.users.removeToken(wide.id, 'adam')).toBe(true);
    expect(await wide.ask('/incidents')).toBe(401);
  });

  it('nothing but the ways in is open to who is nobody', async () => {
    for (const path of [
      '/overview',
      '/cases',
      '/users',
      '/changes',
      '/export/audit.csv',
      '/health',
    ]) {
      expect((await fetch(`${api.baseUrl}/api/v1${path}`)).status, path).toBe(401);
    }
  });
});

describe('the files of the console', () => {
  it('come with a policy that runs nothing from elsewhere and nothing inline', async () => {
    const response = await fetch(`${api.baseUrl}/console/`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const tag = response.headers.get('etag') ?? '';
    const again = await fetch(`${api.baseUrl}/console/`, { headers: { 'if-none-match': tag } });
    expect(again.status).toBe(304);
  });

  it.each([
    '../secret.key',
    '..%2f..%2f..%2fetc/passwd',
    '%2e%2e/%2e%2e/etc/passwd',
    '....//....//etc/passwd',
    'secret.key',
    'index.html%00.js',
    '__proto__',
  ])('are those and no other: %s', async (path) => {
    const response = await fetch(`${api.baseUrl}/console/${path}`);
    expect([400, 401, 404]).toContain(response.status);
    expect(await response.text()).not.toMatch(/root:|not for anybody/);
  });
});

describe('what is too long', () => {
  it.each([
    ['/api/v1/session', { name: 'n'.repeat(65), password: 'x' }],
    ['/api/v1/session', { name: 'olga', password: 'x'.repeat(1001) }],
    ['/api/v1/cases', { ...CASE, text: 'x'.repeat(20_001) }],
    ['/api/v1/cases', { ...CASE, subject: 'x'.repeat(201) }],
    ['/api/v1/incidents', { by: 'x', accounts: Array(1001).fill('a@b'), summary: 's' }],
  ])('is refused at %s in a sentence', async (path, body) => {
    const response = await api.post(path, body, { authorization: `Bearer ${TOKEN}` });
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toMatch(/longer than|more than/);
  });
});
