/** A held message stays in the hold queue of Postfix until somebody decides. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS, referenceIn } from './guarded.ts';
import { until } from './run.ts';

const ANN = 'ann@local.test';
const FRIEND = 'friend@dest.test';

describe.runIf(mailServersAreHere).each(['tcp', 'unix-in-chroot'] as const)(
  'SND-1: a limit that holds, the policy door over %s',
  { timeout: PEER_TEST_MS },
  (policyDoor) => {
    const platform = guardedPlatform(
      { [ANN]: 'secret-of-ann' },
      {
        mode: 'enforce',
        business_hours: { outside_factor: 1 },
        limits: [{ scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'hold' }],
      },
      { policyDoor },
    );

    async function send(subject: string, from = ANN) {
      const client = await platform().stack.smtp();
      try {
        expect((await client.auth(ANN, 'secret-of-ann')).code).toBe(235);
        return await client.send({ from, to: [FRIEND], subject });
      } finally {
        await client.quit();
      }
    }

    it('takes the message, keeps it in the hold queue, and lets it go when told', async () => {
      const { stack, operator } = platform();
      expect((await send('within the limit')).end?.code).toBe(250);
      await stack.sink.waitFor('the first', ({ text }) => text.includes('within the limit'));

      expect((await send('over the limit')).end?.code).toBe(250);
      const held = await until('the held message', async () => {
        const queue = await stack.postfix.queue();
        return queue.find(({ queueName }) => queueName === 'hold');
      });
      expect(held).toMatchObject({ sender: ANN, recipients: [FRIEND] });
      const arrived = (subject: string) =>
        stack.sink.messages.filter(({ text }) => text.includes(subject));
      expect(arrived('over the limit')).toHaveLength(0);

      const line = await until('the line in the mail log', async () => {
        const lines = (await stack.postfix.log()).split('\n');
        return lines.find((text) => text.includes(' hold: ') && text.includes(held.queueId));
      });
      const explained = await operator.explain(referenceIn(line));
      expect(explained).toMatch(/1 messages in one hour and 1 more asked for/);
      expect(explained).toContain(held.queueId);

      await stack.postfix.release(held.queueId);
      await stack.sink.waitFor('the released one', ({ text }) => text.includes('over the limit'));
      expect(arrived('over the limit')).toHaveLength(1);
    });

    it('refuses at RCPT beside it, with a reference that is found at once', async () => {
      const { stack, operator } = platform();
      const sent = await send('foreign', 'ann@freemail.test');
      const refusal = sent.recipients[0]?.text ?? '';
      expect(refusal).toMatch(/^554 5\.7\.1 .*This sender address belongs to another provider/);
      expect(await operator.explain(referenceIn(refusal))).toContain('ACC-3');
      expect(await stack.postfix.log()).not.toContain('problem talking to server');
    });
  },
);
