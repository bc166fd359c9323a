/** Over the recipient limit: the client is told, the postmaster is told once. */
import { describe, expect, it } from 'vitest';
import { readApiToken } from '../../src/client/token-file.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS, referenceIn } from './guarded.ts';
import { until } from './run.ts';
import { ALERT_SENDER, POSTMASTER } from './primum.ts';

const LIMIT = 5;

describe.runIf(mailServersAreHere)(
  'SND-1: a limit of recipients',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      {
        'ann@local.test': 'secret-of-ann',
        'eve@local.test': 'secret-of-eve',
      },
      {
        mode: 'enforce',
        business_hours: { outside_factor: 1 },
        limits: [
          { scope: 'account', count: 'recipients', window: '1h', limit: LIMIT, action: 'throttle' },
        ],
      },
    );

    function alerts() {
      return platform().stack.sink.messages.filter(
        ({ envelopeSender, text }) =>
          envelopeSender === ALERT_SENDER && text.includes('ann@local.test'),
      );
    }

    it('SND-3: answers 4xx with reason and reference above it, and delivers below it', async () => {
      const { stack, operator } = platform();
      const client = await stack.smtp();
      await client.auth('ann@local.test', 'secret-of-ann');
      const to = Array.from({ length: LIMIT + 3 }, (_, index) => `friend${index}@dest.test`);
      const sent = await client.send({ from: 'ann@local.test', to, subject: 'to many' });
      expect(sent.recipients.map(({ code }) => code)).toEqual([
        ...Array<number>(LIMIT).fill(250),
        ...Array<number>(3).fill(450),
      ]);
      const refusal = sent.recipients.at(-1)?.text ?? '';
      // More than fit at any time: the answer says what helps.
      expect(refusal).toMatch(/^450 4\.7\.1 .*Send it in parts, to at most 5 each/);
      expect(sent.end?.code).toBe(250);
      const message = await stack.sink.waitFor('the message', ({ text }) =>
        text.includes('to many'),
      );
      expect(message.envelopeRecipients).toHaveLength(LIMIT);

      const further = await client.send({ from: 'ann@local.test', to: ['one.more@dest.test'] });
      expect(further.recipients[0]?.text).toMatch(
        /^450 4\.7\.1 .*Sending is limited for this account/,
      );
      await client.quit();
      const explained = await operator.explain(referenceIn(further.recipients[0]?.text ?? ''));
      expect(explained).toMatch(/limit for this account is 5/);
    });

    async function ask<T>(path: string): Promise<T> {
      const { stack, primum } = platform();
      const token = await readApiToken(primum.stateFolder);
      const response = await fetch(`http://127.0.0.1:${stack.ports.api}/api/v1${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await response.json()) as T;
    }

    /** Decisions of each incident of ann. */
    async function counts(): Promise<readonly number[]> {
      const { incidents } = await ask<{ incidents: { count: number }[] }>(
        '/incidents?account=ann@local.test',
      );
      return incidents.map(({ count }) => count);
    }

    it('SND-2: tells the postmaster in exactly one mail, however often it is reached', async () => {
      const { stack, primum } = platform();
      const alert = await until('the alert', () => alerts()[0]);
      expect(alert.envelopeRecipients).toEqual([POSTMASTER]);
      const [before = 0] = await counts();
      for (let count = 0; count < 5; count += 1) {
        const client = await stack.smtp();
        await client.auth('ann@local.test', 'secret-of-ann');
        const { recipients } = await client.send({
          from: 'ann@local.test',
          to: ['again@dest.test'],
        });
        expect(recipients[0]?.code).toBe(450);
        await client.quit();
      }
      await until('all to be counted', async () => ((await counts())[0] ?? 0) >= before + 5);
      expect(await counts()).toHaveLength(1);
      // A mail that is to leave in a minute would wait there.
      await until('nothing to wait to be sent', async () => {
        const { pendingJobs } = await ask<{ pendingJobs: number }>('/health');
        return pendingJobs === 0;
      });
      expect(alerts()).toHaveLength(1);
      expect(await primum.output()).not.toMatch(/"level":"?(error|fatal)/);
    });

    it('SND-3: refuses a message that no limit ever lets through once, with what to do', async () => {
      const { stack, operator } = platform();
      const to = Array.from({ length: LIMIT + 1 }, (_, index) => `friend${index}@dest.test`);
      const send = async () => {
        const client = await stack.smtp();
        await client.auth('eve@local.test', 'secret-of-eve');
        const sent = await client.send({ from: 'eve@local.test', to, subject: 'to more than fit' });
        await client.quit();
        return sent;
      };
      // At a recipient it is 4xx, for a mail server sends to the others later; yet it says what helps.
      const asked = await send();
      expect(asked.recipients.at(-1)?.text).toMatch(
        /^450 4\.7\.1 .*too many recipients\. Send it in parts, to at most 5 each\. Reference/,
      );
      await operator.say('limits', 'reset', 'eve@local.test', '--why', 'the test goes on');
      await stack.sink.waitFor('its first part', ({ text }) => text.includes('to more than fit'));
      // A service that asks only about whole messages.
      await stack.postfix.setSubmission('smtpd_recipient_restrictions', 'permit');
      const { recipients, end } = await send();
      expect(recipients.map(({ code }) => code)).toEqual(to.map(() => 250));
      expect(end?.text).toMatch(
        /^5\d\d 5\.7\.1 .*too many recipients\. Send it in parts, to at most 5 each\. Reference/,
      );
      const explained = await operator.explain(referenceIn(end?.text ?? ''));
      expect(explained).toMatch(/limit for this account is 5/);
      expect(
        stack.sink.messages.filter(({ text }) => text.includes('to more than fit')),
      ).toHaveLength(1);
      await stack.postfix.setSubmission('smtpd_recipient_restrictions', '$primum_policy');
    });
  },
);
