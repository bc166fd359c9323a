/** A person sends mail through a real Postfix: what passes, what is refused, what he is told. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS, referenceIn } from './guarded.ts';

const USERS = { 'ann@local.test': 'secret-of-ann' };
const AS_ANN = { user: 'ann@local.test', password: 'secret-of-ann' };

describe.runIf(mailServersAreHere).each(['observe', 'enforce'] as const)(
  'ordinary mail in mode %s',
  { timeout: PEER_TEST_MS },
  (mode) => {
    const platform = guardedPlatform(USERS, { mode });

    it('arrives outside, sent with swaks', async () => {
      const { stack } = platform();
      const subject = `hello in mode ${mode}`;
      const to = ['friend@dest.test', 'second@dest.test'];
      const sent = await stack.swaks({ ...AS_ANN, from: 'ann@local.test', to, subject });
      expect(sent.code, sent.transcript).toBe(0);
      const message = await stack.sink.waitFor('the message', ({ text }) => text.includes(subject));
      expect([...message.envelopeRecipients].sort()).toEqual(to);
      expect(await stack.postfix.log()).not.toContain('problem talking to server');
    });

    it('SND-4: is known to `primum account` afterwards', async () => {
      const text = await platform().operator.account('ann@local.test');
      expect(text).toContain('ann@local.test');
      expect(text).toContain('127.0.0.1');
    });

    const verb = mode === 'observe' ? 'lets pass' : 'refuses';
    it(`ACC-3: ${verb} a foreign return-path`, async () => {
      const { stack } = platform();
      const subject = `foreign in mode ${mode}`;
      const from = 'ann.private@freemail.test';
      const sent = await stack.swaks({ ...AS_ANN, from, to: 'friend@dest.test', subject });
      if (mode === 'observe') {
        expect(sent.code, sent.transcript).toBe(0);
        await stack.sink.waitFor('the message', ({ text }) => text.includes(subject));
        return;
      }
      const refusal = sent.replies.find((reply) => reply.startsWith('5')) ?? '';
      expect(refusal).toMatch(/^554 5\.7\.1 .*This sender address belongs to another provider/);
      expect(stack.sink.messages.some(({ text }) => text.includes(subject))).toBe(false);
    });
  },
);

describe.runIf(mailServersAreHere)('a refusal', { timeout: PEER_TEST_MS }, () => {
  const platform = guardedPlatform(USERS, {
    mode: 'enforce',
    relay: { networks: ['127.0.0.9/32'] },
  });

  it('ACC-3: carries a reference that `primum explain` finds, with the whole reason', async () => {
    const sent = await platform().stack.swaks({
      ...AS_ANN,
      from: 'ann@freemail.test',
      to: 'friend@dest.test',
    });
    const explained = await platform().operator.explain(referenceIn(sent.transcript));
    expect(explained).toContain('ann@local.test');
    expect(explained).toContain('ACC-3');
    expect(explained).toContain('freemail.test');
  });

  it('ACC-3: leaves the null sender alone, for receipts need it', async () => {
    const client = await platform().stack.smtp();
    await client.auth(AS_ANN.user, AS_ANN.password);
    const sent = await client.send({ from: '', to: ['friend@dest.test'] });
    expect(sent.end?.text).toMatch(/^250/);
    await client.quit();
  });

  it('ACC-1: answers a client that relays without AUTH', async () => {
    const client = await platform().stack.relay('127.0.0.1');
    const sent = await client.send({ from: 'printer@local.test', to: ['friend@dest.test'] });
    expect(sent.recipients[0]?.text).toMatch(/^554 5\.7\.1 .*Log in to send mail \(SMTP AUTH\)/);
    await client.quit();
  });

  it('ACC-1: lets a known old client relay, and lists it', async () => {
    const client = await platform().stack.relay('127.0.0.9');
    const sent = await client.send({ from: 'printer@local.test', to: ['friend@dest.test'] });
    expect(sent.end?.code).toBe(250);
    await client.quit();
    const relays = await platform().operator.relays();
    expect(relays).toContain('127.0.0.9');
  });
});
