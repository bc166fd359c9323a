/** Primum dies, is stopped, comes back: mail flows, locks hold, nothing is forgotten. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS, referenceIn } from './guarded.ts';
import { until } from './run.ts';

describe.runIf(mailServersAreHere)('Primum away', { timeout: 2 * PEER_TEST_MS }, () => {
  const platform = guardedPlatform(
    { 'ann@local.test': 'secret-of-ann', 'eve@local.test': 'secret-of-eve' },
    { mode: 'enforce' },
  );

  async function sendAsAnn(subject: string): Promise<void> {
    const sent = await platform().stack.swaks({
      from: 'ann@local.test',
      to: 'friend@dest.test',
      user: 'ann@local.test',
      password: 'secret-of-ann',
      subject,
    });
    expect(sent.code, sent.transcript).toBe(0);
    await platform().stack.sink.waitFor(subject, ({ text }) => text.includes(subject));
  }

  async function refusalOfEve(): Promise<string | undefined> {
    const client = await platform().stack.smtp();
    try {
      // XCLIENT LOGIN is a session that was authenticated before the lock.
      await client.xclient({ LOGIN: 'eve@local.test' });
      const sent = await client.send({ from: 'eve@local.test', to: ['friend@dest.test'] });
      return sent.recipients.find(({ code }) => code >= 500)?.text;
    } finally {
      client.close();
    }
  }

  it('after SIGKILL mail flows, and the lock holds again once it is back', async () => {
    const { stack, primum, operator } = platform();
    await sendAsAnn('before the crash');
    await operator.lock('eve@local.test', 'sells watches');
    expect(await refusalOfEve()).toMatch(/This account is locked/);

    await primum.kill();
    await sendAsAnn('while it is dead');

    await primum.start();
    expect(await refusalOfEve()).toMatch(/This account is locked/);
    // Dovecot waits before it asks again a server that was away, up to a minute.
    const answer = await until(
      'Dovecot to ask again',
      async () => {
        const text = await stack.imapLogin('eve@local.test', 'secret-of-eve');
        return text.startsWith('NO') && text;
      },
      PEER_TEST_MS,
    );
    expect(answer).toMatch(/This account is locked/);
    await sendAsAnn('after the crash');
    expect(await operator.account('ann@local.test')).toContain('127.0.0.1');
  });

  it('stopped in the middle of a message, it costs neither the message nor what it knew', async () => {
    const { stack, primum, operator } = platform();
    const refused = await stack.swaks({
      from: 'ann@freemail.test',
      to: 'friend@dest.test',
      user: 'ann@local.test',
      password: 'secret-of-ann',
    });
    const reference = referenceIn(refused.transcript);
    const client = await stack.smtp();
    await client.auth('ann@local.test', 'secret-of-ann');
    await client.command('MAIL FROM:<ann@local.test>');
    expect((await client.command('RCPT TO:<friend@dest.test>')).code).toBe(250);

    await primum.stop();

    expect((await client.command('DATA')).code).toBe(354);
    const end = await client.command('Subject: across the stop\r\n\r\nGood day.\r\n.');
    expect(end.code).toBe(250);
    await client.quit();
    await stack.sink.waitFor('the message', ({ text }) => text.includes('across the stop'));

    await primum.start();
    expect(await operator.explain(reference)).toContain('ACC-3');
    expect(await refusalOfEve()).toMatch(/This account is locked/);
  });
});
