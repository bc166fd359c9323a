/** ACC-6 through the real gate: who is shut out, and who still gets in. */
import { describe, expect, it } from 'vitest';
import { createPlatform, testNetwork, type Platform } from '../../test/platform.ts';
import { UNKNOWN_NETWORK } from './network.ts';

const ANN = 'ann@example.org';
const HOME = '192.0.2.1';
const DEN = '203.0.113.5';
const HOUR = 3_600_000;

/** Different wrong passwords, at accounts of their own unless told otherwise. */
function guess(
  p: Platform,
  from: { readonly clientAddress: string; readonly count: number; readonly account?: string },
): void {
  for (let i = 0; i < from.count; i++) {
    const passwordHash = `g-${from.clientAddress}-${i}`;
    const account = from.account ?? `${passwordHash.replaceAll(/\W/g, '')}@example.org`;
    p.login(account, { ok: false, passwordHash, clientAddress: from.clientAddress });
  }
}

/** `2001:db8:A:B::C` with its /48 as network. */
function ipv6Network(address: string) {
  const prefix = `${address.split(':').slice(0, 3).join(':')}::/48`;
  return address.includes(':')
    ? { ...UNKNOWN_NETWORK, address, prefix, place: prefix }
    : testNetwork(address);
}

describe('an address that is shut out (ACC-6)', () => {
  const shutOut = () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: HOME });
    guess(p, { clientAddress: DEN, count: p.policy.failures.perAddress, account: ANN });
    return p;
  };

  it('does not get in with the right password once it is guessed', () => {
    const p = shutOut();
    expect(p.attempt(ANN, { clientAddress: DEN })).toMatchObject({
      verdict: 'reject',
      enforced: true,
      reasons: [
        {
          signal: 'source-shut-out',
          text: expect.stringContaining('The right password came from a source') as string,
        },
      ],
    });
    expect(p.attempt(ANN, { clientAddress: HOME }).verdict).toBe('pass');
  });

  it('raises an alert of the account when the right password comes from it', () => {
    const p = shutOut();
    p.login(ANN, { clientAddress: DEN, ok: false, policyReject: true });
    expect(p.intents.at(-1)).toMatchObject({
      kind: 'alert',
      account: ANN,
      cause: 'right-password-shut-out',
      enforced: true,
      summary: expect.stringContaining(
        'may have been guessed; have its password changed',
      ) as string,
    });
  });

  it('does not become a place of the account by the success of a guess', () => {
    const p = shutOut();
    p.reload({ rules: { mode: 'observe' } });
    p.login(ANN, { clientAddress: DEN });
    p.reload({});
    expect(p.attempt(ANN, { clientAddress: DEN }).verdict).toBe('reject');
  });

  it('lets in who was there before with a password that worked before, and nobody else', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: DEN });
    guess(p, { clientAddress: DEN, count: p.policy.failures.perAddress });
    expect(p.attempt(ANN, { clientAddress: DEN }).verdict).toBe('pass');
    expect(p.attempt(ANN, { clientAddress: '203.0.113.6' }).verdict).toBe('pass');
    expect(p.attempt(ANN, { clientAddress: DEN, passwordHash: 'new' }).verdict).toBe('reject');
  });
});

describe('an address that guesses next to the owner (ACC-6)', () => {
  const neighbour = '192.0.2.99';

  it('does not get in with the right password from his network', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: HOME });
    guess(p, { clientAddress: neighbour, count: p.policy.failures.perAddress, account: ANN });
    expect(p.attempt(ANN, { clientAddress: neighbour })).toMatchObject({
      verdict: 'reject',
      enforced: true,
    });
    expect(p.attempt(ANN, { clientAddress: HOME }).verdict).toBe('pass');
  });

  it('shares nothing with him but the /64 over IPv6, whose last half changes daily', () => {
    const p = createPlatform({ network: ipv6Network });
    p.login(ANN, { clientAddress: '2001:db8:1:2::1' });
    guess(p, { clientAddress: '2001:db8:1:2::bad', count: 20 });
    guess(p, { clientAddress: '2001:db8:1:3::bad', count: 20 });
    expect(p.attempt(ANN, { clientAddress: '2001:db8:1:2::77' }).verdict).toBe('pass');
    expect(p.attempt(ANN, { clientAddress: '2001:db8:1:3::1' }).verdict).toBe('reject');
  });

  it('ACC-10: at a relay that both use does not shut him out, but his login is told', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: '172.1.1.1' });
    guess(p, { clientAddress: '172.1.9.9', count: p.policy.failures.perAddress, account: ANN });
    expect(p.login(ANN, { clientAddress: '172.1.9.9' }).verdict).toBe('pass');
    expect(p.intents.at(-1)).toMatchObject({
      kind: 'alert',
      account: ANN,
      cause: 'right-password-at-shared-place',
    });
    expect(p.attempt('zoe@example.org', { clientAddress: '172.1.9.9' }).verdict).toBe('reject');
  });
});

describe('a network that is shut out (ACC-6)', () => {
  /** Six neighbours with 18 wrong passwords each: none is shut out itself. */
  const neighbours = (p: Platform): void => {
    for (let i = 0; i < 6; i++) guess(p, { clientAddress: `192.0.2.${100 + i}`, count: 18 });
  };

  it('lets an owner with a changed password in at his usual address, whoever guesses elsewhere', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: HOME });
    neighbours(p);
    guess(p, { clientAddress: '198.51.100.9', count: 6, account: ANN });
    expect(p.attempt(ANN, { clientAddress: HOME, passwordHash: 'changed' }).verdict).toBe('pass');
  });

  it('lets in a new customer with the right password', () => {
    const p = createPlatform();
    neighbours(p);
    expect(p.attempt('new@example.org', { clientAddress: '192.0.2.77' }).verdict).toBe('pass');
  });

  it('gives each of its addresses three tries and no more', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: HOME });
    neighbours(p);
    const clientAddress = '192.0.2.201';
    for (let i = 0; i < 3; i++) {
      const passwordHash = `try${i}`;
      expect(p.attempt(ANN, { clientAddress, passwordHash }).verdict).toBe('pass');
      p.login(ANN, { clientAddress, passwordHash, ok: false });
    }
    expect(p.attempt('bob@example.org', { clientAddress }).verdict).toBe('reject');
  });

  it('takes a known password from an address that did not guess, wherever the account was used', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: '198.51.100.9' });
    neighbours(p);
    expect(p.attempt(ANN, { clientAddress: '192.0.2.77' }).verdict).toBe('pass');
  });
});

describe('guesses over IPv6 (ACC-6)', () => {
  const platform = () => createPlatform({ network: ipv6Network });

  it('count for the /64, of which one customer has every address', () => {
    const p = platform();
    for (let i = 1; i <= p.policy.failures.perAddress; i++) {
      guess(p, { clientAddress: `2001:db8:1:2::${i}`, count: 1 });
    }
    expect(p.attempt(ANN, { clientAddress: '2001:db8:1:2::ffff' })).toMatchObject({
      verdict: 'reject',
      reasons: [{ text: expect.stringContaining('The address is shut out') as string }],
    });
    expect(p.attempt(ANN, { clientAddress: '2001:db8:1:3::1' }).verdict).toBe('pass');
  });

  it('shut out the /48, where each other /64 keeps its three tries', () => {
    const p = platform();
    for (let i = 1; i <= 6; i++) guess(p, { clientAddress: `2001:db8:1:${i}::1`, count: 18 });
    for (let i = 1; i <= 3; i++) {
      expect(p.attempt(ANN, { clientAddress: `2001:db8:1:77::${i}` }).verdict).toBe('pass');
      guess(p, { clientAddress: `2001:db8:1:77::${i}`, count: 1 });
    }
    expect(p.attempt(ANN, { clientAddress: '2001:db8:1:77::9' }).verdict).toBe('reject');
    expect(p.attempt(ANN, { clientAddress: '2001:db8:1:78::9' }).verdict).toBe('pass');
  });
});

describe('many networks that guess at one account (ACC-6)', () => {
  const stranger = { clientAddress: '198.51.100.77' };

  it.each([1, 2, 3])('are seen together at %i guesses a network in a row', (perNetwork) => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: HOME });
    for (let n = 0; n < p.policy.failures.networksPerAccount; n++) {
      expect(p.attempt(ANN, stranger).verdict).toBe('pass');
      guess(p, { clientAddress: `10.${n}.1.9`, count: perNetwork, account: ANN });
    }
    expect(p.attempt(ANN, stranger).verdict).toBe('defer');
    expect(p.attempt(ANN, { clientAddress: HOME }).verdict).toBe('pass');
  });

  it('are seen together at the most networks the configuration takes, in any order', () => {
    const failures = { ...createPlatform().policy.failures, networksPerAccount: 16 };
    const p = createPlatform({ policy: { failures } });
    p.login(ANN, { clientAddress: HOME });
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 16; n++) {
        const passwordHash = `r${round}n${n}`;
        p.login(ANN, { ok: false, passwordHash, clientAddress: `10.${n}.1.9` });
      }
    }
    expect(p.attempt(ANN, stranger).verdict).toBe('defer');
    p.wait(failures.windowSeconds * 1000 + HOUR);
    expect(p.attempt(ANN, stranger).verdict).toBe('pass');
  });

  it('are seen when all of them try the same passwords', () => {
    const p = createPlatform();
    p.login(ANN, { clientAddress: HOME });
    for (let n = 0; n < p.policy.failures.networksPerAccount; n++) {
      p.login(ANN, { ok: false, passwordHash: '123456', clientAddress: `10.${n}.1.9` });
    }
    expect(p.attempt(ANN, stranger).verdict).toBe('defer');
  });
});

describe('what people are told of a source that is shut out (ACC-6)', () => {
  const alerts = (p: Platform) => p.intents.filter((intent) => intent.kind === 'alert');

  it('names the source, its own figure, and what was done', () => {
    const p = createPlatform();
    guess(p, { clientAddress: DEN, count: 30, account: ANN });
    expect(alerts(p)).toMatchObject([
      {
        account: '',
        cause: 'source-shut-out',
        source: '203.0.113.5 DE Network 0',
        enforced: true,
        done: 'Logins from there are refused until 2026-03-02 09:30 UTC.',
        picture: {
          figures: [
            {
              name: 'Different wrong passwords from this address',
              observed: '20',
              usual: 'fewer than 20',
            },
            { name: 'Account it guessed at last', observed: ANN },
          ],
        },
      },
    ]);
  });

  it('says of a network the figure and the rule of the network', () => {
    const p = createPlatform();
    for (let n = 1; n <= 10; n++) guess(p, { clientAddress: `203.0.113.${n}`, count: 10 });
    expect(alerts(p)).toMatchObject([
      {
        source: '203.0.113.0/24 DE Network 0',
        picture: {
          figures: [
            {
              name: 'Different wrong passwords from this network',
              observed: '100',
              usual: 'fewer than 100',
            },
            {},
          ],
        },
      },
    ]);
  });

  it('says that nothing was done in observe mode, and only there', () => {
    const p = createPlatform({ rules: { mode: 'observe' } });
    guess(p, { clientAddress: DEN, count: 20 });
    expect(alerts(p)).toMatchObject([
      { enforced: false, done: expect.stringMatching(/^Nothing: observe mode\./) as string },
    ]);
  });

  it('is one cause, however many addresses guess', () => {
    const p = createPlatform();
    for (let n = 1; n <= 40; n++) guess(p, { clientAddress: `10.${n}.1.9`, count: 20 });
    const told = alerts(p).map(({ account, cause }) => `${account}|${cause}`);
    expect(told).toHaveLength(40);
    expect(new Set(told)).toEqual(new Set(['|source-shut-out']));
  });
});
