/** A locked account is locked on every service of real servers, and gets free again. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const LOCKED = /This account is locked/;

describe.runIf(mailServersAreHere)(
  'ACC-11: an account that an operator locks',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { 'ann@local.test': 'secret-of-ann', 'bob@local.test': 'secret-of-bob' },
      { mode: 'enforce' },
    );

    it('is refused on submission and IMAP, on open sessions too, until it is unlocked', async () => {
      const { stack, operator } = platform();
      const openSmtp = await stack.smtp();
      expect((await openSmtp.auth('ann@local.test', 'secret-of-ann')).code).toBe(235);
      const openImap = await stack.imap();
      expect(await openImap.login('ann@local.test', 'secret-of-ann')).toMatch(/^OK/);
      expect(await stack.dovecot.who()).toContain('ann@local.test');

      await operator.lock('ann@local.test', 'asked for by phone');

      // An authenticated session is not asked for its password again: MAIL or RCPT must refuse.
      const tried = await openSmtp.send({ from: 'ann@local.test', to: ['friend@dest.test'] });
      expect(tried.recipients[0]?.text).toMatch(LOCKED);
      openSmtp.close();
      await openImap.closed();

      const fresh = await stack.smtp();
      const refused = await fresh.auth('ann@local.test', 'secret-of-ann');
      expect(refused.code).toBe(535);
      expect(refused.text).toMatch(LOCKED);
      fresh.close();
      expect(await stack.imapLogin('ann@local.test', 'secret-of-ann')).toMatch(/^NO .*is locked/);
      expect(await stack.imapLogin('bob@local.test', 'secret-of-bob')).toMatch(/^OK/);
      expect(await operator.locks()).toMatch(/ann@local\.test .*asked for by phone/);

      await operator.unlock('ann@local.test', 'it was a mistake');
      expect(await stack.imapLogin('ann@local.test', 'secret-of-ann')).toMatch(/^OK/);
      const sent = await stack.swaks({
        from: 'ann@local.test',
        to: 'friend@dest.test',
        user: 'ann@local.test',
        password: 'secret-of-ann',
      });
      expect(sent.code, sent.transcript).toBe(0);
    });
  },
);

// Networks of eight providers in several countries.
const PLACES = [
  '81.2.69.142',
  '5.146.12.9',
  '62.210.18.40',
  '91.198.174.192',
  '46.101.7.7',
  '151.101.3.4',
  '2.16.8.9',
  '185.60.216.35',
];

describe.runIf(mailServersAreHere)(
  'ACC-8: an account used from many networks',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { 'ann@local.test': 'stolen-secret' },
      {
        mode: 'enforce',
        places: { window: '1d', maximum: 3, action: 'lock' },
        countries: { window: '1d', maximum: 60, action: 'observe' },
      },
    );

    async function useFrom(address: string): Promise<void> {
      const client = await platform().stack.smtp();
      await client.xclient({ ADDR: address, NAME: '[UNAVAILABLE]' });
      await client.auth('ann@local.test', 'stolen-secret');
      client.close();
      await platform().stack.imapLogin('ann@local.test', 'stolen-secret', {
        forwardedFor: address,
      });
    }

    it('is locked, and Dovecot enforces it on IMAP and submission', async () => {
      const { stack, operator } = platform();
      expect(await stack.imapLogin('ann@local.test', 'stolen-secret')).toMatch(/^OK/);
      for (const address of PLACES) await useFrom(address);
      const answer = await until('the lock', async () => {
        const text = await stack.imapLogin('ann@local.test', 'stolen-secret');
        return text.startsWith('NO') && text;
      });
      expect(answer).toMatch(LOCKED);
      const client = await stack.smtp();
      expect((await client.auth('ann@local.test', 'stolen-secret')).text).toMatch(
        /^535 .*is locked/,
      );
      client.close();
      expect(await operator.locks()).toMatch(/ann@local\.test .*networks/);
    });

    it('ACC-12: stays locked when somebody guesses', async () => {
      const { stack } = platform();
      const guess = await stack.imapLogin('ann@local.test', 'wrong-guess', {
        forwardedFor: '203.0.113.66',
      });
      expect(guess).toMatch(/^NO/);
      expect(await stack.imapLogin('ann@local.test', 'stolen-secret')).toMatch(LOCKED);
    });

    it('ACC-12: gets free by itself when the owner logs in with a new password', async () => {
      const { stack } = platform();
      await stack.dovecot.changePassword('ann@local.test', 'fresh-secret');
      expect(await stack.imapLogin('ann@local.test', 'fresh-secret')).toMatch(/^OK/);
      await until('mail of the owner to be taken', async () => {
        const sent = await stack.swaks({
          from: 'ann@local.test',
          to: 'friend@dest.test',
          user: 'ann@local.test',
          password: 'fresh-secret',
        });
        return sent.code === 0;
      });
      expect(await stack.imapLogin('ann@local.test', 'fresh-secret')).toMatch(/^OK/);
      expect(await stack.imapLogin('ann@local.test', 'stolen-secret')).toMatch(/^NO/);
    });
  },
);
