/** Logins judged through the real gate. */
import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../test/platform.ts';

const ANN = 'ann@example.org';
const guess = (n: number) => ({ ok: false, passwordHash: `wrong${n}` });

describe('guessed passwords (ACC-6)', () => {
  it('shut out the address after too many different ones, for every account', () => {
    const p = createPlatform();
    p.login(ANN);
    const { perAddress } = p.policy.failures;
    for (let i = 0; i < perAddress; i++)
      p.login(ANN, { ...guess(i), clientAddress: '203.0.113.5' });
    expect(p.attempt(ANN, { passwordHash: 'x', clientAddress: '203.0.113.5' })).toMatchObject({
      verdict: 'reject',
      enforced: true,
      reasons: [{ signal: 'source-shut-out', practice: 'ACC-6' }],
    });
    expect(p.attempt('bob@example.org', { clientAddress: '203.0.113.5' }).verdict).toBe('reject');
  });

  it('never shut the owner out of his own account, wherever the guesses come from', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: '192.0.2.1' });
    for (let i = 0; i < 400; i++) {
      p.login(ANN, { ...guess(i), clientAddress: `10.${i % 200}.1.${i % 9}` });
    }
    expect(p.locks.size).toBe(0);
    expect(p.attempt(ANN, { clientAddress: '192.0.2.1' }).verdict).toBe('pass');
    // From a hotel: slowed, not refused.
    const hotel = p.attempt(ANN, { clientAddress: '198.51.100.77' });
    expect(hotel.verdict).toBe('defer');
    expect(hotel.retryAfterSeconds).toBeLessThan(10);
  });

  it('let the owner in behind the same address as the guesser, with the password that worked', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: '203.0.113.5' });
    for (let i = 0; i < 100; i++) {
      p.login(`user${i}@example.org`, { ...guess(i), clientAddress: '203.0.113.5' });
    }
    expect(p.attempt(ANN, { clientAddress: '203.0.113.5' }).verdict).toBe('pass');
    expect(p.attempt('zoe@example.org', { clientAddress: '203.0.113.5' }).verdict).toBe('reject');
  });

  it('count a telephone that repeats one old password as one failure', () => {
    const p = createPlatform();
    p.login(ANN);
    for (let i = 0; i < 500; i++) p.login(ANN, { ok: false, passwordHash: 'old' });
    expect(p.attempt(ANN).verdict).toBe('pass');
    expect(p.intents).toEqual([]);
  });

  it('count one by one where the mechanism has no password in clear', () => {
    const p = createPlatform();
    const cram = { passwordHash: 'of nothing', mechanism: 'CRAM-MD5' };
    p.login(ANN, { ...cram, clientAddress: '192.0.2.1' });
    for (let i = 0; i < p.policy.failures.perAddress; i++)
      p.login(ANN, { ...cram, ok: false, clientAddress: '203.0.113.5' });
    expect(p.attempt(ANN, { clientAddress: '203.0.113.5' }).verdict).toBe('reject');
    expect(p.attempt(ANN, { ...cram, clientAddress: '192.0.2.1' }).verdict).toBe('pass');
    expect(p.locks.size).toBe(0);
  });

  it('count one by one once their hash was right, wrong and right again', () => {
    const p = createPlatform();
    const cram = { passwordHash: 'of nothing', clientAddress: '192.0.2.1' };
    const wrong = { ...cram, ok: false, clientAddress: '203.0.113.5' };
    p.login(ANN, cram);
    p.login(ANN, wrong);
    p.login(ANN, cram);
    for (let i = 0; i < p.policy.failures.perAddress; i++) p.login(ANN, wrong);
    expect(p.attempt(ANN, wrong).verdict).toBe('reject');
    expect(p.attempt(ANN, cram).verdict).toBe('pass');
  });

  it('alert once when a source is shut out, not at each further guess', () => {
    const p = createPlatform();
    for (let i = 0; i < 60; i++) p.login(ANN, { ...guess(i), clientAddress: '203.0.113.5' });
    const causes = p.intents.map((intent) => (intent.kind === 'alert' ? intent.cause : ''));
    expect(causes.filter((cause) => cause === 'source-shut-out').length).toBe(1);
  });

  it('shut out the network when its addresses take turns', () => {
    const p = createPlatform();
    const { perNetwork } = p.policy.failures;
    for (let i = 0; i < perNetwork; i++) {
      p.login(`u${i}@example.org`, { ...guess(i), clientAddress: `203.0.113.${(i % 30) + 1}` });
    }
    expect(p.attempt(ANN, { clientAddress: '203.0.113.1' })).toMatchObject({
      verdict: 'reject',
      reasons: [{ text: expect.stringContaining('The network is shut out') as string }],
    });
  });

  it('end after the time the policy says', () => {
    const p = createPlatform();
    for (let i = 0; i < 60; i++) p.login(ANN, { ...guess(i), clientAddress: '203.0.113.5' });
    p.wait((p.policy.failures.shutOutSeconds + p.policy.failures.windowSeconds) * 1000 + 2000);
    expect(p.attempt(ANN, { clientAddress: '203.0.113.5' }).verdict).toBe('pass');
  });

  it('make no account of names that do not exist', async () => {
    const p = createPlatform();
    for (let i = 0; i < 50; i++) p.login(`nobody${i}@example.org`, guess(i));
    const keys: string[] = [];
    for await (const [key] of p.standing.scan('a:')) keys.push(key);
    expect(keys).toEqual([]);
  });

  it('are not counted when we refused the login ourselves', () => {
    const p = createPlatform();
    for (let i = 0; i < 60; i++) p.login(ANN, { ...guess(i), policyReject: true });
    expect(p.attempt(ANN).verdict).toBe('pass');
  });
});

describe('one account from many places', () => {
  it('ACC-8: is held by the shipped rules after more networks than usual', () => {
    const p = createPlatform();
    const { maximum } = p.policy.rules.places;
    for (let i = 1; i <= maximum; i++) {
      expect(p.login(ANN, { clientAddress: `192.0.${i}.1` }).rung).toBe('observe');
    }
    expect(p.login(ANN, { clientAddress: '192.0.200.1' })).toMatchObject({
      rung: 'hold',
      reasons: [{ signal: 'distinct-places', practice: 'ACC-8' }],
    });
    expect(p.submit(ANN).verdict).toBe('hold');
  });

  it('ACC-8: a mailbox of several people has the same many networks each day, and new ones count', () => {
    const p = createPlatform();
    const { maximum } = p.policy.rules.places;
    const people = maximum + 5;
    const useAll = (count: number): void => {
      for (let i = 0; i < count; i += 1) {
        expect(p.login(ANN, { clientAddress: `192.0.${i}.1` }).rung).toBe('observe');
      }
    };
    // One more every second day, and each of them reads at home.
    for (let count = 1; count <= people; count += 1) {
      useAll(count);
      p.wait(2 * 86_400_000);
    }
    p.wait(14 * 86_400_000);
    useAll(people);
    for (let i = 0; i < maximum; i += 1) p.login(ANN, { clientAddress: `192.0.${100 + i}.1` });
    expect(p.login(ANN, { clientAddress: '192.0.200.1' })).toMatchObject({
      rung: 'hold',
      reasons: [{ signal: 'distinct-places' }],
    });
  });

  it('ACC-8: is locked at once where the operator says so, on every door', () => {
    const p = createPlatform({
      rules: { places: { windowSeconds: 3600, maximum: 3, action: 'lock' } },
    });
    for (let i = 1; i <= 4; i++) p.login(ANN, { clientAddress: `192.0.${i}.1` });
    expect(p.locks.get(ANN)).toMatchObject({ by: 'rule distinct-places', unlockOn: 'password' });
    expect(p.attempt(ANN).verdict).toBe('reject');
    expect(p.submit(ANN)).toMatchObject({ verdict: 'reject', enforced: true, rung: 'lock' });
  });

  it('ACC-9: countries count apart from networks', () => {
    const p = createPlatform({
      rules: { countries: { windowSeconds: 3600, maximum: 2, action: 'hold' } },
    });
    for (const address of ['10.0.0.1', '10.1.0.1']) p.login(ANN, { clientAddress: address });
    expect(p.login(ANN, { clientAddress: '10.2.0.1' }).reasons[0]).toMatchObject({
      practice: 'ACC-9',
      text: 'Used from 3 countries in one hour; at most 2 are usual.',
    });
  });

  it('ACC-10: all addresses of a relay are one place', () => {
    const p = createPlatform();
    for (let i = 0; i < 200; i++) p.login(ANN, { clientAddress: `172.${i % 30}.${i}.1` });
    expect(p.submit(ANN, { clientAddress: '172.1.1.1' }).verdict).toBe('pass');
  });

  it('attempts that are not proven do not count', () => {
    const p = createPlatform();
    p.login(ANN);
    for (let i = 0; i < 100; i++) p.attempt(ANN, { clientAddress: `10.${i}.0.1` });
    expect(p.login(ANN).rung).toBe('observe');
  });
});

describe('a locked account (ACC-11) and its changed password (ACC-12)', () => {
  const locked = () => {
    const p = createPlatform({
      rules: { places: { windowSeconds: 3600, maximum: 3, action: 'lock' } },
    });
    for (let i = 1; i <= 4; i++) p.login(ANN, { clientAddress: `192.0.${i}.1` });
    expect(p.locks.has(ANN)).toBe(true);
    return p;
  };

  it('refuses the old password, also in observe mode', () => {
    const p = locked();
    p.reload({ rules: { mode: 'observe' } });
    expect(p.attempt(ANN)).toMatchObject({ verdict: 'reject', enforced: true });
    expect(p.submit(ANN)).toMatchObject({ verdict: 'reject', enforced: true });
  });

  it('lets an unseen password through to the authentication, whose success unlocks', () => {
    const p = locked();
    expect(p.attempt(ANN, { passwordHash: 'fresh' }).verdict).toBe('pass');
    expect(p.attempt(ANN, { passwordHash: 'fresh' }).verdict).toBe('pass');
    p.login(ANN, { passwordHash: 'fresh' });
    expect(p.locks.has(ANN)).toBe(false);
    expect(p.submit(ANN).verdict).toBe('pass');
  });

  it('is never unlocked by a wrong guess, however many and however often', () => {
    const p = locked();
    for (let i = 0; i < 50; i++) {
      p.attempt(ANN, { passwordHash: `g${i}`, clientAddress: '192.0.2.1' });
      p.attempt(ANN, { passwordHash: `g${i}`, clientAddress: '192.0.2.1' });
      p.login(ANN, { passwordHash: `g${i}`, ok: false, clientAddress: '192.0.2.1' });
    }
    expect(p.locks.has(ANN)).toBe(true);
    expect(p.attempt(ANN, { passwordHash: 'g49', clientAddress: '192.0.2.1' }).verdict).toBe(
      'reject',
    );
  });

  it('is not unlocked by the stolen password where the mechanism has none in clear', () => {
    for (const mechanism of ['CRAM-MD5', 'SCRAM-SHA-256', 'DIGEST-MD5', 'XOAUTH2', 'GSSAPI']) {
      const p = locked();
      const stolen = { passwordHash: 'of nothing', mechanism };
      expect(p.attempt(ANN, stolen)).toMatchObject({ verdict: 'reject', enforced: true });
      p.login(ANN, stolen);
      expect(p.locks.has(ANN)).toBe(true);
    }
  });

  it('is unlocked by a changed password that a server still took for wrong', () => {
    const p = locked();
    const changed = { passwordHash: 'fresh', mechanism: 'PLAIN' };
    p.login(ANN, { ...changed, ok: false });
    expect(p.attempt(ANN, changed).verdict).toBe('pass');
    p.login(ANN, changed);
    expect(p.locks.has(ANN)).toBe(false);
  });

  it('without the mechanism is not unlocked by a hash that was right and wrong', () => {
    const p = locked();
    p.login(ANN, { passwordHash: 'of nothing', ok: false });
    expect(p.attempt(ANN, { passwordHash: 'of nothing' }).verdict).toBe('reject');
    p.login(ANN, { passwordHash: 'of nothing' });
    expect(p.locks.has(ANN)).toBe(true);
  });

  it('is not unlocked by an old app password, however many passwords were used since', () => {
    const p = createPlatform({
      rules: { places: { windowSeconds: 3600, maximum: 3, action: 'lock' } },
    });
    for (let n = 1; n <= 9; n++) p.login(ANN, { passwordHash: `app${n}` });
    for (let i = 1; i <= 4; i++) p.login(ANN, { clientAddress: `192.0.${i}.1` });
    expect(p.locks.has(ANN)).toBe(true);
    expect(p.attempt(ANN, { passwordHash: 'app1' }).verdict).toBe('reject');
    p.login(ANN, { passwordHash: 'app1' });
    expect(p.locks.has(ANN)).toBe(true);
  });

  it('waits for a person where a person locked it', () => {
    const p = createPlatform();
    p.login(ANN);
    const base = {
      account: ANN,
      at: p.at(),
      by: 'postmaster',
      why: 'abuse',
      reference: 'R',
      incident: '',
    };
    p.locks.set(ANN, { ...base, unlockOn: 'person' });
    expect(p.attempt(ANN, { passwordHash: 'fresh' }).verdict).toBe('reject');
    p.login(ANN, { passwordHash: 'fresh' });
    expect(p.locks.has(ANN)).toBe(true);
  });

  it('is judged anew after the unlock: the old places do not lock it again', () => {
    const p = locked();
    p.wait(60_000);
    p.unlock(ANN, 'postmaster');
    p.wait(60_000);
    expect(p.login(ANN, { clientAddress: '192.0.1.1' })).toMatchObject({
      verdict: 'pass',
      rung: 'observe',
    });
    expect(p.locks.size).toBe(0);
  });

  it('takes a password event by its owner or the operator, not by nobody knows whom', () => {
    const p = locked();
    const event = { v: 1, kind: 'password', account: ANN, at: p.at() } as const;
    void p.gate.note({ ...event, id: 'p1', by: 'unknown' });
    expect(p.locks.has(ANN)).toBe(true);
    void p.gate.note({ ...event, id: 'p2', by: 'owner' });
    expect(p.locks.has(ANN)).toBe(false);
  });
});

describe('how a login is made', () => {
  it('ACC-4: is refused outside the networks the customer named', () => {
    const p = createPlatform({
      accounts: [{ account: ANN, clientNetworks: ['192.0.2.0/24', 'country:FR'] }],
    });
    expect(p.attempt(ANN).verdict).toBe('pass');
    expect(p.attempt(ANN, { clientAddress: '10.1.0.1' }).verdict).toBe('pass');
    expect(p.attempt(ANN, { clientAddress: '198.51.100.1' })).toMatchObject({
      verdict: 'reject',
      reasons: [{ signal: 'client-network', practice: 'ACC-4' }],
    });
  });

  it('ACC-13: a password in the clear is refused where the operator says so', () => {
    const p = createPlatform({ rules: { cleartext: 'reject' } });
    expect(p.attempt(ANN, { tls: false })).toMatchObject({
      verdict: 'reject',
      reasons: [{ signal: 'cleartext', practice: 'ACC-13' }],
    });
    expect(p.attempt(ANN, { tls: true }).verdict).toBe('pass');
  });
});
