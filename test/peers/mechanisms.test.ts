/** Logins by mechanisms that show the server no password (CRAM-MD5), with the lines of the guide. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const TRIES = 6;
const HOME = '81.2.69.142';
const DEN = '5.188.62.77';

describe.runIf(mailServersAreHere)('CRAM-MD5', { timeout: PEER_TEST_MS }, () => {
  const platform = guardedPlatform(
    { 'ann@local.test': 'secret-of-ann', 'bob@local.test': 'secret-of-bob' },
    { mode: 'enforce', failures: { per_address: TRIES } },
  );

  async function cramFrom(address: string, user: string, password: string): Promise<string> {
    const client = await platform().stack.imap({ forwardedFor: address });
    try {
      return await client.cramMd5(user, password);
    } finally {
      client.close();
    }
  }

  it('does not lift a lock with the stolen password (ACC-12)', async () => {
    const { stack, operator } = platform();
    const plain = (password: string) =>
      stack.imapLogin('ann@local.test', password, { forwardedFor: HOME });
    expect(await plain('secret-of-ann')).toMatch(/^OK/m);
    await operator.say('lock', 'ann@local.test', '--why', 'phished', '--until-password');
    expect(await cramFrom(DEN, 'ann@local.test', 'secret-of-ann')).toMatch(/account is locked/);
    expect(await plain('secret-of-ann')).toMatch(/account is locked/);
    expect(await operator.locks()).toContain('ann@local.test');

    await stack.dovecot.changePassword('ann@local.test', 'renewed-by-ann');
    expect(await plain('renewed-by-ann')).toMatch(/^OK/m);
    // It is lifted by what Dovecot reports when it has answered.
    await until(
      'the lock to be lifted',
      async () => !(await operator.locks()).includes('ann@local.test'),
    );
  });

  it('guesses no password without being shut out (ACC-6)', async () => {
    for (let n = 0; n < TRIES; n += 1)
      expect(await cramFrom(DEN, 'bob@local.test', `guess ${n}`)).toMatch(/AUTHENTICATIONFAILED/);
    expect(await cramFrom(DEN, 'bob@local.test', 'secret-of-bob')).toMatch(/Too many failed/);
    expect(await cramFrom(HOME, 'bob@local.test', 'secret-of-bob')).toMatch(/^OK/m);
  });
});
