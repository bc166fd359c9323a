/** `allow` and `report` through the socket. */
import { afterEach, describe, expect, it } from 'vitest';
import { BASIC, closeDoors, NOW, openDoor } from './auth-policy-parts.ts';
import type { ListEntry, ListKey } from '../../src/core/access-list.ts';

afterEach(closeDoors);

/** As Dovecot 2.3 sends it (seen). */
const DOVECOT = {
  device_id: '"name" "Thunderbird" "version" "102.0"',
  login: 'Joe@example.com',
  protocol: 'imap',
  pwhash: '0940',
  remote: '192.0.2.7',
  session_id: '65RU5rtgsJJ/AAAB',
  tls: false,
};

function entry(list: 'allow' | 'deny', key: ListKey, reason = 'asked by Ann'): ListEntry {
  return { list, key, reason, expiresAt: NOW + 60_000, by: 'test' };
}

describe('allow', () => {
  it('hands the login to the gate as it is known before the outcome', async () => {
    const { post, gate } = await openDoor();
    await post('allow', DOVECOT);
    expect(gate.checked).toEqual([
      {
        v: 1,
        id: 'id-1',
        at: '2026-11-20T21:40:03.000Z',
        kind: 'login',
        account: 'joe@example.com',
        service: 'imap',
        clientAddress: '192.0.2.7',
        tls: false,
        passwordHash: '0940',
        deviceId: DOVECOT.device_id,
      },
    ]);
    expect(gate.judged).toEqual([]);
  });

  it('names the mechanism where Dovecot tells it (ACC-12)', async () => {
    const { post, gate } = await openDoor();
    await post('allow', { ...DOVECOT, attrs: { mech: 'cram-md5' } });
    await post('allow', { ...DOVECOT, attrs: { mech: 'x'.repeat(900) } });
    const mechanisms = gate.checked.map((event) => 'mechanism' in event && event.mechanism);
    expect(mechanisms).toEqual(['CRAM-MD5', 'X'.repeat(20)]);
  });

  it.each([
    ['pass', {}, 0],
    ['hold', {}, 0],
    ['defer', { retryAfterSeconds: 3 }, 3],
    ['defer', { retryAfterSeconds: 0 }, 1],
    ['defer', { retryAfterSeconds: 2.2 }, 3],
    ['defer', { retryAfterSeconds: 600 }, 8],
    ['defer', {}, 5],
    ['reject', {}, -1],
  ] as const)('answers the verdict %s %o with status %d', async (verdict, changes, status) => {
    const { post, gate } = await openDoor();
    gate.decide = () => ({ verdict, ...changes });
    const { json } = await post('allow', DOVECOT);
    expect(json['status']).toBe(status);
    expect(json['r_attrs']).toEqual({ reference: '8F2K7QXA' });
  });

  it('waits for a gate that answers later', async () => {
    const { post, gate } = await openDoor();
    gate.decide = () => Promise.resolve({ verdict: 'reject' });
    expect((await post('allow', DOVECOT)).json['status']).toBe(-1);
  });

  it('tells a refused user only what a user may know, in the style of json11', async () => {
    const { post, gate } = await openDoor();
    gate.decide = () => ({
      verdict: 'reject',
      reasons: [
        {
          signal: 'account-locked',
          practice: 'ACC-11',
          weight: 0,
          text: 'Locked by operator eve: 412 wrong passwords from AS64496',
        },
      ],
    });
    const { text, headers } = await post('allow', DOVECOT);
    expect(text).toBe(
      '{"msg": "This account is locked. Ask your postmaster to unlock it. Reference 8F2K7QXA", ' +
        '"r_attrs": {"reference": "8F2K7QXA"}, "status": -1}',
    );
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('lets everything in while the decision is not enforced', async () => {
    const { post, gate } = await openDoor();
    gate.decide = () => ({ verdict: 'reject', enforced: false });
    expect((await post('allow', DOVECOT)).text).toBe(
      '{"msg": "", "r_attrs": {"reference": "8F2K7QXA"}, "status": 0}',
    );
  });

  it.each([
    [{ network: '192.0.2.0/24' }, 'ip', 'Temporarily blacklisted IP Address - try again later'],
    [{ login: 'joe@example.com' }, 'login', 'Temporarily blacklisted Login Name - try again later'],
    [
      { network: '192.0.2.7', login: 'joe@example.com' },
      'iplogin',
      'Temporarily blacklisted IP/Login Tuple - try again later',
    ],
    [{ ja3: 'abc' }, 'ja3', 'Temporarily blacklisted JA3 Hash - try again later'],
    [
      { network: '192.0.2.7', ja3: 'abc' },
      'ipja3',
      'Temporarily blacklisted IP/JA3 Hash Tuple - try again later',
    ],
  ])('refuses what the deny list names by %o without asking the gate', async (key, kind, msg) => {
    const { post, gate, lists } = await openDoor();
    await lists.add(entry('deny', key));
    const { json } = await post('allow', { ...DOVECOT, attrs: { ja3: 'abc', list: ['x'] } });
    expect(json).toEqual({
      status: -1,
      msg,
      r_attrs: {
        blacklisted: '1',
        expiration: '2026-Nov-20 21:41:03',
        key: kind,
        reason: 'asked by Ann',
      },
    });
    expect(gate.checked).toEqual([]);
  });

  it('refuses in the words of the operator, with address and login filled in', async () => {
    const { post, lists } = await openDoor({
      denyMessages: { ip: '{ip} may not log in as {login}' },
    });
    await lists.add(entry('deny', { network: '192.0.2.7' }));
    const { json } = await post('allow', { ...DOVECOT, login: "$&'" });
    expect(json['msg']).toBe("192.0.2.7 may not log in as $&'");
  });

  it('says the same in all parts of the reply when a login is on both lists: it is allowed', async () => {
    const { post, gate, lists } = await openDoor();
    await lists.add(entry('deny', { login: 'joe@example.com' }));
    await lists.add(entry('allow', { network: '192.0.2.7' }, 'office'));
    gate.decide = () => ({ verdict: 'reject' });
    expect((await post('allow', DOVECOT)).json).toEqual({
      status: 0,
      msg: 'Whitelisted IP Address',
      r_attrs: {
        expiration: '2026-Nov-20 21:41:03',
        key: 'ip',
        reason: 'office',
        whitelisted: '1',
      },
    });
  });

  it('does not open a locked account to an allowed source (ACC-11)', async () => {
    const { post, gate, lists, locked } = await openDoor();
    await lists.add(entry('allow', { network: '192.0.2.7' }));
    locked.add('joe@example.com');
    const lock = { signal: 'account-locked', weight: 0, text: 'locked' };
    gate.decide = () => ({ verdict: 'reject', reasons: [lock] });
    expect((await post('allow', DOVECOT)).json['status']).toBe(-1);
    // A lock that waits for a new password lets the first attempt with an unseen one pass (ACC-12).
    gate.decide = () => ({});
    expect((await post('allow', DOVECOT)).json['status']).toBe(0);
  });

  it('leaves what else speaks against an allowed source of a locked account aside', async () => {
    const { post, gate, lists, locked } = await openDoor();
    await lists.add(entry('allow', { network: '192.0.2.7' }));
    locked.add('joe@example.com');
    const shutOut = { signal: 'source-shut-out', weight: 0, text: 'guesses' };
    gate.decide = () => ({ verdict: 'reject', reasons: [shutOut] });
    expect((await post('allow', DOVECOT)).json['msg']).toBe('Whitelisted IP Address');
  });

  it('lets a deny entry end by the clock', async () => {
    const { post, gate, lists } = await openDoor();
    await lists.add(entry('deny', { network: '192.0.2.7' }));
    gate.nowMs = NOW + 60_000;
    expect((await post('allow', DOVECOT)).json['status']).toBe(0);
  });

  it('judges nobody where no login is named, but obeys the lists', async () => {
    const { post, gate, lists } = await openDoor();
    expect((await post('allow', {})).text).toBe('{"msg": "", "r_attrs": {}, "status": 0}');
    await lists.add(entry('deny', { network: '192.0.2.7' }));
    expect((await post('allow', { remote: '192.0.2.7' })).json['status']).toBe(-1);
    expect(gate.checked).toEqual([]);
  });

  it.each(['pass', 'defer'] as const)(
    'answers by the stance %s when the gate breaks',
    async (onFailure) => {
      const { post, gate, telemetry } = await openDoor({ onFailure });
      const status = onFailure === 'pass' ? 0 : 5;
      gate.decide = () => {
        throw new Error('broken');
      };
      expect((await post('allow', DOVECOT)).json['status']).toBe(status);
      gate.decide = () => Promise.reject(new Error('broken'));
      expect((await post('allow', DOVECOT)).json['status']).toBe(status);
      expect((await post('report', { ...DOVECOT, success: true })).text).toBe('{"status":"ok"}');
      const line = `judgingFailed auth-policy ${onFailure}`;
      expect(telemetry.lines.filter((heard) => heard === line)).toHaveLength(3);
    },
  );
});

describe('report', () => {
  it('becomes one login event', async () => {
    const { post, gate } = await openDoor();
    const answer = await post('report', { ...DOVECOT, success: true, policy_reject: false });
    expect(answer.text).toBe('{"status":"ok"}');
    expect(gate.judged).toEqual([
      expect.objectContaining({ kind: 'login', id: 'id-1', account: 'joe@example.com', ok: true }),
    ]);
    expect(gate.judged[0]).not.toHaveProperty('policyReject');
  });

  it.each([
    ['smtp', 'submission'],
    ['submission', 'submission'],
    ['imap', 'imap'],
    ['pop3', 'pop3'],
    ['http', 'webmail'],
    ['webmail', 'webmail'],
    ['sieve', 'sieve'],
    ['managesieve', 'sieve'],
    ['mobileapi', 'other'],
    ['IMAP', 'imap'],
    ['constructor', 'other'],
    [undefined, 'other'],
  ])('files protocol %s under the service %s', async (protocol, service) => {
    const { post, gate } = await openDoor();
    await post('report', { ...DOVECOT, protocol, success: false });
    expect(gate.judged[0]?.service).toBe(service);
  });

  it('does not believe tls=false of a login that Postfix asked for (ACC-13)', async () => {
    const { post, gate } = await openDoor();
    await post('report', { ...DOVECOT, protocol: 'smtp', success: true });
    expect(gate.judged[0]).not.toHaveProperty('tls');
  });

  it('takes the device_id of a browser for its agent', async () => {
    const { post, gate } = await openDoor();
    await post('report', { ...DOVECOT, protocol: 'http', device_id: 'Mozilla/5.0', success: true });
    expect(gate.judged[0]).toMatchObject({ agent: 'Mozilla/5.0' });
    expect(gate.judged[0]).not.toHaveProperty('deviceId');
  });

  it('marks what we refused ourselves, so that it is no wrong password', async () => {
    const { post, gate } = await openDoor();
    await post('report', { ...DOVECOT, success: false, policy_reject: true });
    await post('report', { ...DOVECOT, success: false, fail_type: 'policy' });
    expect(gate.judged.map((event) => event.policyReject)).toEqual([true, true]);
  });

  it('counts nothing against anybody when the password could not be checked', async () => {
    const { post, gate } = await openDoor();
    const answer = await post('report', { ...DOVECOT, success: false, fail_type: 'internal' });
    expect(answer.status).toBe(200);
    expect(gate.judged).toEqual([]);
  });

  it.each([
    [undefined, ''],
    ['', ''],
    ['192.0.2.7:99', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['[2001:DB8::1]:143', '2001:db8::1'],
    ['2001:db8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('reads the address %s as "%s"', async (remote, clientAddress) => {
    const { post, gate } = await openDoor();
    await post('report', { ...DOVECOT, remote, success: true });
    expect(gate.judged[0]?.clientAddress).toBe(clientAddress);
  });

  it('keeps the order of Dovecot: allow, allow, report on one connection', async () => {
    const { post, gate } = await openDoor();
    await post('allow', DOVECOT);
    await post('allow', DOVECOT);
    await post('report', { ...DOVECOT, success: true });
    expect(gate.checked.map((event) => event.id)).toEqual(['id-1', 'id-2']);
    expect(gate.judged.map((event) => event.id)).toEqual(['id-3']);
  });

  it('accepts a report without login and judges nobody', async () => {
    const { post, gate, telemetry } = await openDoor();
    expect((await post('report', { success: false }, BASIC)).text).toBe('{"status":"ok"}');
    expect(gate.judged).toEqual([]);
    expect(telemetry.lines).toContain('clientFault auth-policy report without login');
  });
});

describe('a refused login', () => {
  it('is recorded with the reference the client was told, and its report is the same event', async () => {
    const { post, gate } = await openDoor();
    gate.decide = () => ({ verdict: 'reject' });
    await post('allow', DOVECOT);
    const [recorded] = gate.judged;
    expect(recorded).toMatchObject({
      ok: false,
      policyReject: true,
      account: DOVECOT.login.toLowerCase(),
    });
    await post('report', { ...DOVECOT, success: false, policy_reject: true });
    expect(gate.judged.map((event) => event.id)).toEqual([recorded?.id, recorded?.id]);
  });
});
