/** What a directory and the rules of an operator say about an account, through real servers. */
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS, referenceIn } from './guarded.ts';
import type { SmtpClient } from './smtp-client.ts';

const [ANN, BOB, CAT, DAN] = ['ann', 'bob', 'cat', 'dan'].map((name) => `${name}@local.test`) as [
  ...[string, string, string, string],
];
const INSIDE = '198.51.100.7';
const OUTSIDE = '81.2.69.142';
const TO = ['friend@dest.test'];

describe.runIf(mailServersAreHere)(
  'accounts in a directory file',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [ANN]: 'secret', [BOB]: 'secret', [CAT]: 'secret', [DAN]: 'secret' },
      {
        mode: 'enforce',
        groups: { careful: { cleartext: 'reject' } },
      },
      {
        accountsFile: stringify({
          accounts: [
            { account: ANN, addresses: ['info@local.test'] },
            { account: BOB },
            { account: CAT, client_networks: ['198.51.100.0/24'] },
            { account: DAN, groups: ['careful'] },
          ],
        }),
      },
    );

    async function inSession<T>(work: (client: SmtpClient) => Promise<T>): Promise<T> {
      const client = await platform().stack.smtp();
      try {
        return await work(client);
      } finally {
        client.close();
      }
    }

    async function sendAsAnn(from: string, subject: string) {
      return inSession(async (client) => {
        expect((await client.auth(ANN, 'secret')).code).toBe(235);
        return client.send({ from, to: TO, subject });
      });
    }

    it("ACC-2: a colleague's sender address is refused, with reason and reference", async () => {
      const { stack, operator } = platform();
      const sent = await sendAsAnn(BOB, 'in the name of bob');
      const refusal = sent.recipients[0]?.text ?? '';
      expect(refusal).toMatch(
        /^554 5\.7\.1 .*This account may not send with this sender address\. Use your own address\./,
      );
      expect(await operator.explain(referenceIn(refusal))).toContain('ACC-2');
      expect(stack.sink.messages.some(({ text }) => text.includes('in the name of bob'))).toBe(
        false,
      );
    });

    it('ACC-2: an alias the directory names is accepted', async () => {
      const { stack } = platform();
      const sent = await sendAsAnn('info@local.test', 'as the office');
      expect(sent.end?.code).toBe(250);
      const message = await stack.sink.waitFor('the message', ({ text }) =>
        text.includes('as the office'),
      );
      expect(message.envelopeSender).toBe('info@local.test');
    });

    it('ACC-4: an account is used from its own networks only', async () => {
      const { operator } = platform();
      const auth = (address: string) =>
        inSession(async (client) => {
          await client.xclient({ ADDR: address, NAME: '[UNAVAILABLE]' });
          const login = await client.auth(CAT, 'secret');
          return { login, sent: await client.send({ from: CAT, to: TO }) };
        });
      const inside = await auth(INSIDE);
      expect(inside.login.code).toBe(235);
      expect(inside.sent.end?.code).toBe(250);
      const outside = await auth(OUTSIDE);
      expect(outside.login.text).toMatch(/^535 .*This account may not be used from this network/);

      // XCLIENT LOGIN is a session whose login Primum never saw.
      const session = await inSession(async (client) => {
        await client.xclient({ ADDR: OUTSIDE, NAME: '[UNAVAILABLE]', LOGIN: CAT });
        return client.send({ from: CAT, to: TO });
      });
      const refusal = session.recipients[0]?.text ?? '';
      expect(refusal).toMatch(/^554 5\.7\.1 .*This account may not be used from this network/);
      expect(await operator.explain(referenceIn(refusal))).toContain('ACC-4');
    });

    it('ACC-13: who must use TLS is refused in the clear, and heard with TLS', async () => {
      const { operator, stack } = platform();
      const byImap = await stack.imapLogin(DAN, 'secret', { forwardedFor: OUTSIDE });
      expect(byImap).toMatch(/^NO .*Switch on TLS/);

      // Asked for Postfix, Dovecot does not know of TLS: the login passes, the mail does not.
      const from = { ADDR: OUTSIDE, NAME: '[UNAVAILABLE]' };
      const session = await inSession(async (client) => {
        await client.xclient(from);
        expect((await client.auth(DAN, 'secret')).code).toBe(235);
        return client.send({ from: DAN, to: TO });
      });
      const refusal = session.recipients[0]?.text ?? '';
      expect(refusal).toMatch(/^554 5\.7\.1 .*Switch on TLS \(SSL\) in your mail program/);
      expect(await operator.explain(referenceIn(refusal))).toContain('ACC-13');

      const secure = await inSession(async (client) => {
        await client.startTls();
        await client.xclient(from);
        const login = await client.auth(DAN, 'secret');
        return { login, sent: await client.send({ from: DAN, to: TO }) };
      });
      expect(secure.login.code, secure.login.text).toBe(235);
      expect(secure.sent.end?.code, secure.sent.recipients[0]?.text).toBe(250);
    });
  },
);
