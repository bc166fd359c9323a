/** Forwards through the API: off, on, listed, and a new key for their senders (FWD-1, FWD-2). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forwardList } from '../../src/doors/api/schemas/forward.ts';
import { openFixture, problemOf, type ApiFixture } from './api-fixture.ts';

const BOB = 'bob@example.org';
const byEve = { by: 'eve', why: 'the far side is dead' };

let api: ApiFixture;
let keys: string[];

beforeEach(async () => {
  keys = ['aaaa'];
  const rotate = (drop: readonly string[] = []) => {
    keys = [...keys, 'bbbb'].filter((key) => !drop.includes(key));
    return 'bbbb';
  };
  api = await openFixture({ parts: { forwardKeys: { keys: () => keys, rotate } } });
});
afterEach(async () => {
  await api.close();
});

const post = (path: string, body: unknown) =>
  api.fetch(`/api/v1${path}`, { method: 'POST', body: JSON.stringify(body) });

async function list(query = '') {
  return forwardList.parse(await (await api.fetch(`/api/v1/forwards${query}`)).json());
}

describe('FWD-2: forwards over the API', () => {
  it('one goes off, is listed with its reason, goes on, and the audit log has both', async () => {
    const off = await post('/forwards/off', {
      account: 'Bob@Example.org',
      to: 'B@Far.test',
      ...byEve,
    });
    expect(await off.json()).toMatchObject({ account: BOB, to: 'b@far.test', isWhole: false });
    expect(await list()).toMatchObject({
      isCut: false,
      forwards: [{ account: BOB, to: 'b@far.test', by: 'eve', why: 'the far side is dead' }],
    });
    const on = await post('/forwards/on', { account: BOB, to: 'b@far.test', ...byEve });
    expect(await on.json()).toEqual({ count: 1 });
    expect((await list()).forwards).toEqual([]);
    const actions = (await api.desk.audit.list({ subject: BOB, limit: 9 })).map((e) => e.action);
    expect(actions).toEqual(['forward.on', 'forward.off']);
  });

  it('of an account that nobody knows goes off, and it is said that nobody knows it', async () => {
    const off = async (account: string) => {
      const response = await post('/forwards/off', { account, ...byEve });
      return response.json();
    };
    expect(await off('nobody@x.test')).toMatchObject({ account: 'nobody@x.test', neverSeen: true });
    expect(await off('amn@example.org')).toMatchObject({
      unknownToDirectory: { closest: ['ann@example.org'] },
    });
    expect(await off('ann@example.org')).not.toHaveProperty('neverSeen');
  });

  it('what is not off is told in a sentence, and nothing is changed', async () => {
    const { status, detail } = await problemOf(
      await post('/forwards/on', { account: BOB, to: 'x@far.test', ...byEve }),
    );
    expect([status, detail]).toEqual([
      404,
      `No forward to x@far.test of ${BOB} is off, so nothing was changed.`,
    ]);
  });

  it('is listed in pages that never split an account', async () => {
    for (const account of ['a@x.org', 'b@x.org', 'c@x.org']) {
      await api.desk.forwards.off({ account, to: '1@far.test', ...byEve });
      await api.desk.forwards.off({ account, to: '2@far.test', ...byEve });
    }
    const first = await list('?limit=3');
    expect(first.forwards.map(({ account }) => account)).toEqual([
      ...['a@x.org', 'a@x.org', 'b@x.org', 'b@x.org'],
    ]);
    expect(first.isCut).toBe(true);
    const rest = await list('?limit=3&after=b@x.org');
    expect([rest.forwards.length, rest.isCut]).toEqual([2, false]);
    expect((await list('?account=C@x.org')).forwards).toHaveLength(2);
  });

  it.each([
    ['without a reason', { account: BOB, by: 'eve' }],
    ['to an address with a line break', { account: BOB, to: 'a@b\r\nc', ...byEve }],
    ['to one that is far too long', { account: BOB, to: 'a'.repeat(255), ...byEve }],
    ['to what is no address', { account: BOB, to: 'nix', ...byEve }],
    ['of nobody', { account: '', ...byEve }],
  ])('%s nothing goes off', async (_, body) => {
    expect((await post('/forwards/off', body)).status).toBe(400);
    expect((await list()).forwards).toEqual([]);
  });
});

describe('FWD-1: POST /api/v1/forwards/rotate', () => {
  it('makes a new key, drops a stolen one, and says so in the audit log', async () => {
    const response = await post('/forwards/rotate', { by: 'olga', drop: 'aaaa' });
    expect(await response.json()).toEqual({ key: 'bbbb', dropped: ['aaaa'] });
    expect(keys).toEqual(['bbbb']);
    expect(await api.desk.audit.list({ limit: 1 })).toMatchObject([
      {
        ...{ by: 'olga', action: 'rotate', subject: 'forward key' },
        why: 'The key bbbb makes senders of forwards from now on. Dropped: aaaa.',
      },
    ]);
  });

  it('a key that is not there changes nothing, and those that are there are named', async () => {
    const { status, detail } = await problemOf(
      await post('/forwards/rotate', { by: 'olga', drop: 'zzzz' }),
    );
    expect([status, detail]).toEqual([
      404,
      'There is no key of forwards zzzz, so nothing was changed. The keys are aaaa; the last one makes senders.',
    ]);
    expect(keys).toEqual(['aaaa']);
  });
});
