/** The list commands through the socket. */
import { afterEach, describe, expect, it } from 'vitest';
import { closeDoors, NOW, openDoor } from './auth-policy-parts.ts';
import type { ListKey } from '../../src/core/access-list.ts';
import { PrimumError } from '../../src/errors.ts';

afterEach(closeDoors);

const TERMS = { expire_secs: 600, reason: 'guesses' };

describe.each([
  ['deny', 'BL', 'bl_entries'],
  ['allow', 'WL', 'wl_entries'],
] as const)('the %s list', (list, suffix, field) => {
  it.each<[Record<string, string>, ListKey]>([
    [{ ip: '4.4.4.4' }, { network: '4.4.4.4' }],
    [{ ip: '::ffff:4.4.4.4' }, { network: '4.4.4.4' }],
    [{ ip: '2001:DB8:0::1' }, { network: '2001:db8::1' }],
    [{ netmask: '4.4.4.77/24' }, { network: '4.4.4.0/24' }],
    [{ netmask: '4.4.4.4/32' }, { network: '4.4.4.4' }],
    [{ netmask: '2001:db8::1/32' }, { network: '2001:db8::/32' }],
    [{ login: 'Ann@Example.com' }, { login: 'ann@example.com' }],
    [{ ja3: 'abc' }, { ja3: 'abc' }],
    [
      { ip: '4.4.4.4', login: 'ann' },
      { network: '4.4.4.4', login: 'ann' },
    ],
    [
      { ip: '4.4.4.4', ja3: 'abc' },
      { network: '4.4.4.4', ja3: 'abc' },
    ],
  ])('takes %o and lets it go again', async (body, key) => {
    const { post, lists } = await openDoor();
    const added = await post(`add${suffix}Entry`, { ...body, ...TERMS });
    expect(added.text).toBe('{"status":"ok"}');
    expect(lists.all).toEqual([
      { list, key, reason: 'guesses', expiresAt: NOW + 600_000, by: 'auth-policy:all' },
    ]);
    expect((await post(`del${suffix}Entry`, body)).text).toBe('{"status":"ok"}');
    expect(lists.all).toEqual([]);
  });

  it('says ok to taking away what is not there', async () => {
    const { post } = await openDoor();
    expect((await post(`del${suffix}Entry`, { ip: '4.4.4.4' })).status).toBe(200);
  });

  it('is shown by kind, with times in UTC, as weakforced prints it', async () => {
    const { post, get } = await openDoor();
    for (const body of [
      { login: 'ann' },
      { ip: '4.4.4.4', login: 'ann' },
      { ip: '4.4.4.4' },
      { netmask: '2001:db8::/32' },
      { ip: '2001:db8::1' },
    ]) {
      await post(`add${suffix}Entry`, { ...body, ...TERMS });
    }
    const rest = `"expiration": "2026-Nov-20 21:50:03", `;
    expect((await get(`/?command=get${suffix}`)).text).toBe(
      `{"${field}": [` +
        [
          `{${rest}"ip": "4.4.4.4/32", "reason": "guesses"}`,
          `{${rest}"ip": "2001:db8::/32", "reason": "guesses"}`,
          `{${rest}"ip": "2001:db8::1/128", "reason": "guesses"}`,
          `{${rest}"login": "ann", "reason": "guesses"}`,
          `{${rest}"iplogin": "4.4.4.4:ann", "reason": "guesses"}`,
        ].join(', ') +
        ']}',
    );
  });

  it('is a plain feed of addresses for firewalls, without what ends soon', async () => {
    const { post, get } = await openDoor();
    await post(`add${suffix}Entry`, { ip: '4.4.4.4', expire_secs: 299, reason: 'short' });
    await post(`add${suffix}Entry`, { ip: '5.5.5.5', expire_secs: 300, reason: 'long' });
    await post(`add${suffix}Entry`, { netmask: '2001:db8::/32', expire_secs: 900, reason: '' });
    await post(`add${suffix}Entry`, { login: 'ann', ...TERMS });
    const feed = await get(`/?command=get${suffix}&format=plain&minvalid=300`);
    expect(feed.text).toBe('5.5.5.5\n2001:db8::/32\n');
    expect(feed.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });
});

describe('a mistaken entry', () => {
  it.each<readonly [Record<string, unknown>, string]>([
    [{ ...TERMS }, 'Must provide at least one of login, ip, netmask or ja3'],
    [{ ip: '4.4.4.4', reason: 'x' }, 'Missing mandatory expire_secs field'],
    [{ ip: '4.4.4.4', expire_secs: 60 }, 'Missing mandatory reason field'],
    [{ login: 'a', ja3: 'b', ...TERMS }, 'login and ja3 are mutually exclusive parameters'],
    [{ ip: '4.4.4.4', netmask: '4.4.4.0/24', ...TERMS }, 'Give ip or netmask, not both.'],
    [
      { netmask: '4.4.4.0/33', ...TERMS },
      'The field netmask is not readable. Write it as 192.0.2.0/24 or 2001:db8::/48.',
    ],
    [
      { ip: '4.4.4', ...TERMS },
      'The field ip is not readable. Write it as 192.0.2.7 or 2001:db8::7.',
    ],
    [{ ip: 4, ...TERMS }, 'The field ip must be a string that is not empty.'],
    [{ login: '', ...TERMS }, 'The field login must be a string that is not empty.'],
    [{ login: 'x'.repeat(513), ...TERMS }, 'The login or ja3 is too long.'],
    [
      { ip: '4.4.4.4', expire_secs: 60, reason: 'x'.repeat(1_001) },
      'The field reason must be a string of at most 1000 characters.',
    ],
    ...['60', 1.5, 0, -1, 315_360_001, null].map(
      (expire_secs) =>
        [
          { ip: '4.4.4.4', expire_secs, reason: 'x' },
          'The field expire_secs must be a whole number from 1 to 315360000, without quotes.',
        ] as const,
    ),
  ])('%o is refused with the reason and changes nothing', async (body, reason) => {
    const { post, lists } = await openDoor();
    const answer = await post('addBLEntry', body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ status: 'failure', reason });
    expect(lists.all).toEqual([]);
  });

  it.each(['format=xml', 'minvalid=soon'])('the feed parameter %s is refused', async (query) => {
    const { get } = await openDoor();
    expect((await get(`/?command=getBL&${query}`)).status).toBe(400);
  });

  it('a full list or store in trouble is told in its own words', async () => {
    const { post, lists } = await openDoor();
    const entry = { ip: '4.4.4.4', ...TERMS };
    lists.add = () => Promise.reject(new PrimumError('STORE_UNAVAILABLE', 'The disk is full.'));
    const away = await post('addBLEntry', entry);
    expect([away.status, away.json['reason']]).toEqual([503, 'The disk is full.']);
    lists.add = () => Promise.reject(new PrimumError('INPUT_UNREADABLE', 'No such key.'));
    expect((await post('addBLEntry', entry)).status).toBe(400);
  });

  it('a store that is away is a failure, not an ok', async () => {
    const { post, lists, telemetry } = await openDoor();
    lists.add = () => Promise.reject(new Error('the disk is full'));
    const answer = await post('addBLEntry', { ip: '4.4.4.4', ...TERMS });
    expect(answer.status).toBe(500);
    expect(telemetry.lines).toContain(
      'warn The auth policy command addBLEntry failed: the disk is full. Check the store and ask again.',
    );
  });
});
