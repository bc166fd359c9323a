/** The milter door behind a real Postfix, alone and beside the policy door. */
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { journalOf, submissionsOf, type JournalLine } from './journal.ts';
import { run, until } from './run.ts';

const ANN = 'ann@local.test';
const BEN = 'ben@local.test';
const USERS = { [ANN]: 'secret-of-ann', [BEN]: 'secret-of-ben' };

describe.runIf(mailServersAreHere).each(['tcp', 'unix-in-chroot'] as const)(
  'one message, one judgement: policy and milter door before the same service, over %s',
  { timeout: PEER_TEST_MS },
  (way) => {
    const platform = guardedPlatform(
      USERS,
      {
        mode: 'enforce',
        business_hours: { outside_factor: 1 },
        limits: [
          { scope: 'account', count: 'recipients', window: '1h', limit: 5, action: 'throttle' },
        ],
      },
      { policyDoor: way, milterDoor: way },
    );

    async function send(user: string, to: readonly string[], subject: string) {
      const client = await platform().stack.smtp();
      try {
        const password = user === ANN ? 'secret-of-ann' : 'secret-of-ben';
        expect((await client.auth(user, password)).code).toBe(235);
        return await client.send({ from: user, to, subject });
      } finally {
        await client.quit();
      }
    }

    const sent = async (account: string, count: number): Promise<readonly JournalLine[]> => {
      const { primum } = platform();
      return until(`${count} submissions of ${account}`, async () => {
        const all = await submissionsOf(primum.stateFolder);
        const own = all.filter((line) => line.account === account);
        return own.length >= count ? own : undefined;
      });
    };

    it('counts a message once, with its recipients, queue id and size', async () => {
      const { stack } = platform();
      const done = await send(ANN, ['a@dest.test', 'b@dest.test', 'c@dest.test'], 'first');
      expect(done.end?.code).toBe(250);
      await stack.sink.waitFor('the first', ({ text }) => text.includes('Subject: first'));
      const [event] = await sent(ANN, 1);
      expect(event).toMatchObject({
        account: ANN,
        service: 'submission',
        envelopeRecipients: ['a@dest.test', 'b@dest.test', 'c@dest.test'],
      });
      expect(event?.sizeBytes).toBeGreaterThan(50);
      expect(done.end?.text).toContain(event?.queueId);
    });

    it('CON-5: the message is marked, and a mark from outside is removed', async () => {
      const { stack, primum } = platform();
      const client = await stack.smtp();
      await client.auth(BEN, 'secret-of-ben');
      await client.command(`MAIL FROM:<${BEN}>`);
      await client.command('RCPT TO:<a@dest.test>');
      await client.command('DATA');
      const forged = ['X-Primum-Trace: forged', 'Subject: marked', 'x-primum-trace: again'];
      const done = await client.command([...forged, '', 'Good day.', '.'].join('\r\n'));
      expect(done.code).toBe(250);
      await client.quit();
      const { text } = await stack.sink.waitFor('the marked one', (message) =>
        message.text.includes('Subject: marked'),
      );
      const marks = text.split('\n').filter((line) => /^x-primum-trace:/i.test(line));
      expect(marks).toHaveLength(1);
      expect(text.indexOf('Received:')).toBeLessThan(text.indexOf('X-Primum-Trace:'));
      const folded = /^X-Primum-Trace:((?:.*\n[ \t])*.*)/m.exec(text)?.[1] ?? '';
      const { stdout } = await primum.cli('trace', folded.replaceAll(/\s/g, ''));
      expect(stdout).toContain(BEN);
    });

    it('the limit of five recipients stands after five: each was counted once', async () => {
      // Were they counted twice, the fourth and fifth would be refused.
      const { stack, primum, operator } = platform();
      const second = await send(ANN, ['d@dest.test', 'e@dest.test'], 'second');
      expect(second.recipients.map(({ code }) => code)).toEqual([250, 250]);
      expect(second.end?.code).toBe(250);
      // A person's program does not come again after a 4xx: the message is taken and held.
      const third = await send(ANN, ['f@dest.test'], 'third');
      expect([third.recipients[0]?.code, third.end?.code]).toEqual([250, 250]);
      const all = await sent(ANN, 3);
      const queue = await stack.postfix.queue();
      expect(queue.find(({ queueId }) => queueId === all[2]?.queueId)?.queueName).toBe('hold');
      const lines = await journalOf(primum.stateFolder);
      const verdict = lines.find((line) => line.for === all[2]?.id);
      expect(await operator.explain(verdict?.reference ?? '')).toMatch(/5 recipients/);
      expect(stack.sink.messages.filter(({ text }) => text.includes('Subject: third'))).toEqual([]);
    });

    it('several messages of one session, RSET and a lost client between them, count right', async () => {
      const { stack } = platform();
      const client = await stack.smtp();
      await client.auth(BEN, 'secret-of-ben');
      expect(
        (await client.send({ from: BEN, to: ['a@dest.test'], subject: 'one' })).end?.code,
      ).toBe(250);
      await client.command(`MAIL FROM:<${BEN}>`);
      await client.command('RCPT TO:<never@dest.test>');
      await client.command('RSET');
      expect(
        (await client.send({ from: BEN, to: ['b@dest.test'], subject: 'two' })).end?.code,
      ).toBe(250);
      await client.command(`MAIL FROM:<${BEN}>`);
      await client.command('RCPT TO:<lost@dest.test>');
      client.close();
      const all = await sent(BEN, 5);
      const said = all
        .slice(1)
        .map(({ envelopeRecipients, abandoned }) => [envelopeRecipients?.[0], abandoned === true]);
      expect(said).toEqual([
        ['a@dest.test', false],
        ['never@dest.test', true],
        ['b@dest.test', false],
        ['lost@dest.test', true],
      ]);
    });

    it('a locked account is refused at RCPT by either door, in an open session too', async () => {
      const { stack, operator } = platform();
      const client = await stack.smtp();
      await client.auth(BEN, 'secret-of-ben');
      await operator.lock(BEN, 'test');
      const refused = await client.send({ from: BEN, to: ['x@dest.test'] });
      expect(`${refused.mail.text}\n${refused.recipients[0]?.text ?? ''}`).toMatch(
        /55\d 5\.7\.1 .*This account is locked/,
      );
      await client.quit();
      await operator.unlock(BEN, 'test');
      expect(await stack.postfix.log()).not.toContain("can't read SMFIC");
    });

    it('mail of the sendmail command comes by the milter alone and counts once', async () => {
      const { stack, primum } = platform();
      const etc = join(stack.folder, 'pf/etc');
      const finished = await run('sh', [
        '-c',
        `printf 'Subject: local\\n\\nGood day.\\n' | sendmail -C ${etc} -f web@local.test x@dest.test`,
      ]);
      expect(finished).toMatchObject({ code: 0 });
      const local = await until('the local submission', async () => {
        const all = await submissionsOf(primum.stateFolder);
        const found = all.filter(({ service }) => service === 'sendmail');
        return found.length > 0 ? found : undefined;
      });
      expect(local).toHaveLength(1);
      expect(local[0]?.envelopeRecipients).toEqual(['x@dest.test']);
      await stack.sink.waitFor('the local message', ({ text }) => text.includes('Subject: local'));
    });
  },
);

describe.runIf(mailServersAreHere)(
  'the policy door where no milter door is',
  { timeout: PEER_TEST_MS },
  () => {
    // Postfix names a milter that nobody answers at; its default_action is to accept.
    const platform = guardedPlatform(
      USERS,
      { mode: 'enforce' },
      { milterDoor: 'tcp', milterIsDown: true },
    );

    it('counts the message itself, once', async () => {
      const { stack, primum } = platform();
      const client = await stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      const done = await client.send({ from: ANN, to: ['a@dest.test', 'b@dest.test'] });
      expect(done.end?.code).toBe(250);
      await client.quit();
      const all = await until('the submission', async () => {
        const found = await submissionsOf(primum.stateFolder);
        return found.length > 0 ? found : undefined;
      });
      expect(all).toHaveLength(1);
      const [event] = all;
      expect(event?.recipientCount ?? event?.envelopeRecipients?.length).toBe(2);
      expect(await stack.postfix.log()).toMatch(/connect to Milter service/);
    });
  },
);
