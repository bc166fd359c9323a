/** What the API does with input that is not right, and with events. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_EVENTS } from '../../src/doors/api/events-body.ts';
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

describe('bad input', () => {
  const why = 'x';
  const by = 'olga';
  // prettier-ignore
  const refused = [
    // method  path                      body                                              detail names
    ['PUT',    '/locks/a',               {},                                               '`by` is missing; `why` is missing'],
    ['PUT',    '/locks/a',               { by, why: '' },                                  '`why` is empty; fill it in'],
    ['PUT',    '/locks/a',               { by, why: '   ' },                               '`why`'],
    ['PUT',    '/locks/a',               { by, why: 'x'.repeat(1001) },                    '`why` is longer than 1000 characters; shorten it'],
    ['PUT',    '/locks/a',               { by: 'a\nb', why },                              '`by` holds control characters'],
    ['PUT',    '/locks/a',               { by, why, unlockOn: 'never' },                   '`unlockOn` is none of person, password; take one of them'],
    ['PUT',    '/locks/a',               { by, why, extra: 1 },                            '`extra` is not known here'],
    ['PUT',    '/locks/a',               { by: 1, why },                                   '`by`'],
    ['PUT',    '/locks/a',               [],                                               'is not an object; write an object'],
    ['PUT',    '/locks/%20', { by, why },                                                     '`account`'],
    ['PUT',    '/locks/%3Cbob@example.org%3E', { by, why },                                   '`account` holds < or >; write the login alone'],
    ['PUT',    `/locks/${'a'.repeat(513)}`, { by, why },                                   'The path is not right: `account` is longer than 512 characters'],
    ['PUT',    '/locks/a%0Ab',           { by, why },                                      '`account` holds control characters'],
    ['POST',   '/lists/grey',            { by, key: { login: 'a' }, reason: why, ttlSeconds: 1 }, '`list`'],
    ['POST',   '/lists/deny',            { by, key: {}, reason: why, ttlSeconds: 1 },      'needs a network, a login or a ja3'],
    ['POST',   '/lists/deny',            { by, key: { network: '300.1.1.1' }, reason: why, ttlSeconds: 1 }, 'is not an address or a network'],
    ['POST',   '/lists/deny',            { by, key: { login: 'a', ja3: 'b' }, reason: why, ttlSeconds: 1 }, 'needs a network'],
    ['POST',   '/lists/deny',            { by, key: { login: 'a' }, reason: why, ttlSeconds: 0 }, '`ttlSeconds` is less than 1; take at least that'],
    ['POST',   '/lists/deny',            { by, key: { login: 'a' }, reason: why, ttlSeconds: 1e12 }, '`ttlSeconds`'],
    ['POST',   '/cases/c1/steps',        { by, step: { kind: 'burn' } },                   'The body is not right: `step.kind` is none of note, answer, take, link, close; take one of them.'],
    ['POST',   '/cases/c1/steps',        { by, step: {} },                                 'The body is not right: `step.kind` is missing.'],
    ['POST',   '/cases/c1/steps',        { by, step: 'take' },                             '`step` is not an object; write an object'],
    ['POST',   '/incidents/i1/attachments', { by, name: 'a', content: '!' },               'The body is not right: `content` is not base64.'],
    ['POST',   '/alerts/test',           {},                                               '`by` is missing'],
  ] as const;

  it.each(refused)('%s %s with %o is refused and named', async (method, path, body, named) => {
    const response = await api.fetch(`/api/v1${path}`, json(method, body));
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toContain(named);
    expect(api.desk.locks.list()).toEqual([]);
  });

  it('a key that would change every object is named, and the body is not called wrong', async () => {
    const ask = async (body: string) => {
      const response = await api.fetch('/api/v1/locks/a', { method: 'PUT', body });
      expect(response.status).toBe(400);
      return (await problemOf(response)).detail;
    };
    const key = 'The body has a key that is not taken: `__proto__`';
    expect(await ask('{"by":"olga","why":"x","__proto__":{"a":1}}')).toContain(key);
    expect(await ask('{"by":"olga","constructor":{"prototype":{}}}')).toContain(key);
    expect(await ask('{"by":"olga","__proto__":')).toContain('The body is not JSON');
    expect(await ask('')).toContain('The body is empty');
  });

  it.each([
    ['%zz', 400, 'not percent-encoded as it should be'],
    ['a'.repeat(10_000), 414, 'too long'],
  ])('a path with %s is a problem like everything else', async (name, status, says) => {
    const response = await api.fetch(`/api/v1/accounts/${name}/limits`);
    expect(response.status).toBe(status);
    expect((await problemOf(response)).detail).toContain(says);
  });

  it('ACC-11: a blank round a pasted name locks the account all the same', async () => {
    const response = await api.fetch('/api/v1/locks/bob@example.org%20', json('PUT', { by, why }));
    expect(response.status).toBe(200);
    expect(api.desk.locks.find('bob@example.org')).toBeDefined();
    await api.desk.locks.unlock({ account: 'bob@example.org', by, why });
  });

  it('ACC-11: whoever may log in can be locked, whatever the length and letters of the login', async () => {
    const login = 'ж'.repeat(512);
    const response = await api.fetch(
      `/api/v1/locks/${encodeURIComponent(login)}`,
      json('PUT', { by, why }),
    );
    expect(response.status).toBe(200);
    expect(api.desk.locks.find(login)).toBeDefined();
    await api.desk.locks.unlock({ account: login, by, why });
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'state=new', 'other=1', 'before='])(
    'GET /incidents?%s is refused',
    async (query) => {
      const response = await api.fetch(`/api/v1/incidents?${query}`);
      expect(response.status).toBe(400);
      await problemOf(response);
    },
  );

  it('refuses a body that is not JSON, is empty, is too long or of another type', async () => {
    const token = { authorization: `Bearer ${TOKEN}` };
    const jsonType = { ...token, 'content-type': 'application/json' };
    const statuses = await Promise.all(
      [
        { headers: jsonType, body: '{' },
        { headers: jsonType, body: '' },
        { headers: jsonType, body: `"${'x'.repeat(1024 * 1024)}"` },
        { headers: { ...token, 'content-type': 'text/xml' }, body: '<a/>' },
        { headers: jsonType, body: '{"__proto__":{"by":"x"},"by":"x","why":"y"}' },
      ].map(async (init) => {
        const response = await api.fetch('/api/v1/locks/a', { method: 'PUT', ...init });
        await problemOf(response);
        return response.status;
      }),
    );
    expect(statuses).toEqual([400, 400, 413, 415, 400]);
  });

  it('answers 500 with a reference that the log has, and without the cause', async () => {
    const broken = await openFixture({
      parts: {
        take: () => {
          throw new Error('disk of host7 is full');
        },
      },
    });
    const event = { v: 1, kind: 'check', id: 'c1', at: '2026-11-21T00:00:00Z' };
    const response = await broken.fetch('/api/v1/events', json('POST', event));
    const problem = await problemOf(response);
    expect(response.status).toBe(500);
    expect(problem.detail).not.toContain('host7');
    expect(broken.log()).toContain(`disk of host7 is full (reference ${problem.reference})`);
    await broken.close();
  });
});

describe('events', () => {
  const check = (id: string) => ({ v: 1, kind: 'check', id, at: '2026-11-21T00:00:00.000Z' });
  const login = {
    v: 1,
    kind: 'login',
    id: 'l1',
    at: '2026-11-21T00:00:00.000Z',
    account: 'ann@example.org',
    service: 'imap',
    ok: true,
    clientAddress: '192.0.2.1',
    ourOwnField: 'kept',
  };
  const post = (body: string, type: string) =>
    api.fetch('/api/v1/events', {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
      body,
    });

  // prettier-ignore
  const forms = [
    ['an array',          JSON.stringify([check('a'), login]),                            'application/json'],
    ['lines',             `${JSON.stringify(check('a'))}\n${JSON.stringify(login)}\n`,    'application/x-ndjson'],
    ['lines without end', `${JSON.stringify(check('a'))}\r\n\n${JSON.stringify(login)}`,  'application/x-ndjson'],
  ] as const;

  it.each(forms)(
    'takes %s in order, keeps unknown fields, answers verdicts',
    async (_, body, type) => {
      const response = await post(body, type);
      const answer = output.eventsTaken.parse(await response.json());
      expect(answer).toMatchObject({ taken: 2, verdicts: [{ for: 'l1', verdict: 'hold' }] });
      expect(api.taken).toEqual([check('a'), login]);
    },
  );

  it('takes one event alone, and none at all', async () => {
    const one = await post(JSON.stringify(check('a')), 'application/json');
    const none = await post('\n', 'application/x-ndjson');
    expect(await one.json()).toMatchObject({ taken: 1 });
    expect(await none.json()).toMatchObject({ taken: 0 });
  });

  it('counts an event that comes again as taken once', async () => {
    const seen = new Set<string>();
    const own = await openFixture({
      parts: {
        take: (event) => void seen.add(event.id),
        hasTaken: (id) => seen.has(id),
      },
    });
    const send = async (...ids: string[]) => {
      const body = JSON.stringify(ids.map(check));
      const response = await own.fetch('/api/v1/events', json('POST', JSON.parse(body)));
      return await response.json();
    };
    expect(await send('x1', 'x1', 'x2')).toMatchObject({ taken: 2 });
    expect(await send('x1')).toMatchObject({ taken: 0 });
    await own.close();
  });

  it.each(['lock', 'unlock'])(
    'takes no %s, which would do nothing, and says what does',
    async (kind) => {
      const event = { ...check('k'), kind, account: 'ann@example.org', by: 'eve', why: 'x' };
      const response = await post(JSON.stringify([check('a'), event]), 'application/json');
      expect(response.status).toBe(422);
      expect((await problemOf(response)).detail).toMatch(
        /^Event 2 locks or unlocks nobody.*PUT \/locks/,
      );
      expect(api.taken).toEqual([]);
    },
  );

  // prettier-ignore
  const wrong = [
    // second event                                     detail names
    [{ ...check('b'), kind: 'checkmate' },              'Event 2'],
    [{ ...check('b'), v: 2 },                           '`v`'],
    [{ ...check('b'), id: '' },                         '`id`'],
    [{ ...check('b'), id: undefined },                  '`id` is missing'],
    [{ ...check('b'), at: 'yesterday' },                '`at`'],
    [{ ...check('b'), at: '2026-11-21T00:00:00+01:00' }, '`at`'],
    [{ ...login, account: undefined },                  '`account` is missing'],
    [{ ...login, ok: 'yes' },                           '`ok`'],
    [{ ...login, account: 'a'.repeat(1001) },           '`account`'],
    [7,                                                 'Event 2'],
    [null,                                              'Event 2'],
  ] as const;

  it.each(wrong)('takes nothing when one is wrong: %o', async (second, named) => {
    const response = await post(JSON.stringify([check('a'), second]), 'application/json');
    expect(response.status).toBe(422);
    expect((await problemOf(response)).detail).toContain(named);
    expect(api.taken).toEqual([]);
  });

  it('never reads a file that an event names', async () => {
    const event = {
      ...check('s'),
      kind: 'submission',
      clientAddress: '192.0.2.1',
      envelopeSender: '',
      envelopeRecipients: [],
      message: { rawPath: '/etc/passwd' },
    };
    const response = await post(JSON.stringify(event), 'application/json');
    expect((await problemOf(response)).detail).toContain('`message.rawPath`');
  });

  it(`takes at most ${MAX_EVENTS} in one request`, async () => {
    const lines = Array.from({ length: MAX_EVENTS + 1 }, (_, i) => JSON.stringify(check(`e${i}`)));
    const over = await post(lines.join('\n'), 'application/x-ndjson');
    expect((await problemOf(over)).detail).toContain(`at most ${MAX_EVENTS} events`);
    const full = await post(lines.slice(1).join('\n'), 'application/x-ndjson');
    expect(await full.json()).toMatchObject({ taken: MAX_EVENTS });
  });

  it('names the line that is not JSON', async () => {
    const response = await post(`${JSON.stringify(check('a'))}\n{"v":1\n`, 'application/x-ndjson');
    expect((await problemOf(response)).detail).toContain('Line 2 is not JSON');
  });
});
