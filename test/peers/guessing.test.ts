/** ACC-6: whoever guesses passwords is shut out; the owner of the account is not. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { ALERT_SENDER } from './primum.ts';
import type { SmtpReply } from './smtp-client.ts';

const TRIES = 6;
const SHUT_OUT = /Too many failed logins from this network/;

describe.runIf(mailServersAreHere)('ACC-6: wrong passwords', { timeout: PEER_TEST_MS }, () => {
  const platform = guardedPlatform(
    {
      'ann@local.test': 'secret-of-ann',
      'bob@local.test': 'secret-of-bob',
      'cat@local.test': 'secret-of-cat',
    },
    { mode: 'enforce', failures: { per_address: TRIES } },
  );

  async function authFrom(address: string, user: string, password: string): Promise<SmtpReply> {
    const client = await platform().stack.smtp();
    try {
      await client.xclient({ ADDR: address, NAME: '[UNAVAILABLE]' });
      return await client.auth(user, password);
    } finally {
      client.close();
    }
  }

  it('shut out a guesser on every service, while the owner gets in', async () => {
    const { stack } = platform();
    const [owner, guesser] = ['81.2.69.142', '5.188.62.77'];
    expect((await authFrom(owner, 'ann@local.test', 'secret-of-ann')).code).toBe(235);

    for (let guess = 0; guess < TRIES; guess += 1) {
      const reply = await authFrom(guesser, 'ann@local.test', `guess number ${guess}`);
      expect(reply.code).toBe(535);
    }
    const shutOut = await authFrom(guesser, 'bob@local.test', 'secret-of-bob');
    expect(shutOut.code).toBe(535);
    expect(shutOut.text).toMatch(SHUT_OUT);
    const byImap = await stack.imapLogin('bob@local.test', 'secret-of-bob', {
      forwardedFor: guesser,
    });
    expect(byImap).toMatch(SHUT_OUT);
    await stack.sink.waitFor('the alert about the guesser', ({ envelopeSender, text }) => {
      return envelopeSender === ALERT_SENDER && text.includes(guesser);
    });

    expect((await authFrom(owner, 'ann@local.test', 'secret-of-ann')).code).toBe(235);
    expect((await authFrom('62.210.18.40', 'bob@local.test', 'secret-of-bob')).code).toBe(235);
  });

  it('count once when a phone repeats its old password', async () => {
    const { stack } = platform();
    const phone = '91.64.12.12';
    for (let count = 0; count < TRIES * 2; count += 1) {
      const answer = await stack.imapLogin('cat@local.test', 'password of last year', {
        forwardedFor: phone,
      });
      expect(answer).toMatch(/^NO \[AUTHENTICATIONFAILED\]/);
    }
    expect((await authFrom(phone, 'cat@local.test', 'secret-of-cat')).code).toBe(235);
  });
});
