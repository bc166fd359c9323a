/** reset, getDBStats, ping, stats and the commands of weakforced's replication. */
import { afterEach, describe, expect, it } from 'vitest';
import { BASIC, closeDoors, NOW, openDoor } from './auth-policy-parts.ts';
import type { ListEntry, ListKey } from '../../src/core/access-list.ts';

afterEach(closeDoors);

function entry(list: 'allow' | 'deny', key: ListKey): ListEntry {
  return { list, key, reason: 'guesses', expiresAt: NOW + 60_000, by: 'test' };
}

describe('reset', () => {
  it.each([
    [{ ip: '::ffff:4.4.4.4' }, { network: '4.4.4.4' }, [{ clientAddress: '4.4.4.4' }]],
    [{ login: 'Ann' }, { login: 'ann' }, [{ login: 'ann' }]],
    [
      { ip: '4.4.4.4', login: 'ann' },
      { network: '4.4.4.4', login: 'ann' },
      [{ clientAddress: '4.4.4.4', login: 'ann' }],
    ],
    // Nothing is counted by TLS fingerprint.
    [{ ja3: 'abc' }, { ja3: 'abc' }, []],
  ])('of %o forgets failures and takes the deny entry away', async (body, key, resets) => {
    const door = await openDoor();
    const kept = entry('allow', key);
    const other = entry('deny', { network: '5.5.5.5' });
    for (const each of [kept, other, entry('deny', key)]) await door.lists.add(each);
    expect((await door.post('reset', body)).text).toBe('{"status":"ok"}');
    expect(door.resets).toEqual(resets);
    expect(door.lists.all).toEqual([kept, other]);
  });

  it.each([
    [{}, 'No ip, login or ja3 field supplied'],
    [{ netmask: '4.4.4.0/24' }, 'No ip, login or ja3 field supplied'],
    [{ login: 'a', ja3: 'b' }, 'login and ja3 are mutually exclusive parameters'],
    [{ ip: 'x' }, 'The field ip is not readable. Write it as 192.0.2.7 or 2001:db8::7.'],
  ])('of %o is refused', async (body, reason) => {
    const { post, resets } = await openDoor();
    const answer = await post('reset', body);
    expect([answer.status, answer.json['reason']]).toEqual([400, reason]);
    expect(resets).toEqual([]);
  });
});

describe('getDBStats', () => {
  it.each([
    [{ ip: '4.4.4.4' }, '"ip": "4.4.4.4"', '{"asked": {"keys": 1}, "failures": {"address": 3}}'],
    [{ login: 'Ann' }, '"login": "ann"', '{"asked": {"keys": 1}, "failures": {"address": 3}}'],
    [
      { ip: '4.4.4.4', login: 'ann' },
      '"ip_login": "4.4.4.4:ann"',
      '{"asked": {"keys": 2}, "failures": {"address": 3}}',
    ],
    [{ ip: '4.4.4.4', ja3: 'abc' }, '"ip_ja3": "4.4.4.4:abc"', '{}'],
  ])('of %o shows the figures', async (body, key, stats) => {
    const { post } = await openDoor();
    expect((await post('getDBStats', body)).text).toBe(
      `{"blacklisted": false, ${key}, "stats": ${stats}, "whitelisted": false}`,
    );
  });

  it('shows the state of both lists', async () => {
    const { post, lists } = await openDoor();
    await lists.add(entry('deny', { network: '4.4.4.0/24' }));
    await lists.add(entry('allow', { network: '4.4.4.4' }));
    expect((await post('getDBStats', { ip: '4.4.4.4' })).json).toMatchObject({
      blacklisted: true,
      bl_reason: 'guesses',
      bl_expire: '2026-Nov-20 21:41:03',
      whitelisted: true,
      wl_reason: 'guesses',
      wl_expire: '2026-Nov-20 21:41:03',
    });
  });

  it('needs something to look for', async () => {
    const { post } = await openDoor();
    expect((await post('getDBStats', {})).status).toBe(400);
  });
});

describe('ping', () => {
  it('says warmup until everything is loaded', async () => {
    let isReady = false;
    const { get } = await openDoor({ ready: () => isReady });
    expect((await get('/?command=ping')).text).toBe('{"status":"warmup"}');
    isReady = true;
    expect((await get('/?command=ping')).text).toBe('{"status":"ok"}');
  });
});

describe('stats', () => {
  it('counts exactly', async () => {
    const { get, post, gate } = await openDoor();
    const login = { login: 'ann', remote: '192.0.2.7' };
    for (let i = 0; i < 3; i++) await post('allow', login);
    gate.decide = () => ({ verdict: 'reject' });
    for (let i = 0; i < 2; i++) await post('allow', login);
    await post('report', { ...login, success: true });
    await post('report', { ...login, success: 'true' });
    await post('report', login, { authorization: 'Basic x' });
    const { json } = await get('/?command=stats');
    expect(json).toMatchObject({
      allows: 5,
      denieds: 2,
      reports: 1,
      commandstats: { allow: 5, report: 2 },
      customstats: {},
    });
    const perfstats = json['perfstats'] as Record<string, number>;
    const names = ['0_1', '1_10', '10_100', '100_1000', 'Slow'];
    const run = names.map((name) => perfstats[`WTR_${name}`] ?? Number.NaN);
    expect(run.reduce((sum, count) => sum + count, 0)).toBe(7);
    expect(names.map((name) => perfstats[`WTW_${name}`])).toEqual([7, 0, 0, 0, 0]);
    for (const name of ['uptime', 'user-msec', 'sys-msec']) {
      expect(Number.isInteger(json[name])).toBe(true);
    }
  });
});

describe("the commands of weakforced's replication", () => {
  it.each([
    ['addSibling', { sibling_host: '192.0.2.1', sibling_port: 4001 }],
    ['removeSibling', { sibling_host: '192.0.2.1', sibling_port: 4001 }],
    ['setSiblings', { siblings: [] }],
  ])('%s lets set-up scripts go on and says that it is not needed', async (command, body) => {
    const { post } = await openDoor();
    const answer = await post(command, body);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      status: 'ok',
      reason: 'Not needed here: Primum has no siblings, nothing was changed.',
    });
  });

  it('syncDone is the same with GET', async () => {
    const { get } = await openDoor();
    expect((await get('/?command=syncDone')).json['status']).toBe('ok');
  });

  it.each(['syncDBs', 'dumpEntries'])(
    '%s is a clear failure, so that nobody waits for our counters',
    async (command) => {
      const { post } = await openDoor();
      const answer = await post(command, { replication_host: '192.0.2.1' }, BASIC);
      expect([answer.status, answer.json['status']]).toEqual([501, 'failure']);
    },
  );
});
