/** CON-3, CON-4: held mail in Postfix's custody; the embedded agent carries out what is decided. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const ANN = 'ann@local.test';
const FRIEND = 'friend@dest.test';

interface HoldLine {
  readonly id: string;
  readonly reference: string;
  readonly queueId: string;
  readonly state: string;
  readonly outcome: string;
  readonly by: string;
  readonly seen?: object;
}

describe.runIf(mailServersAreHere)(
  'a message that a limit holds',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [ANN]: 'secret-of-ann' },
      {
        mode: 'enforce',
        business_hours: { outside_factor: 1 },
        limits: [{ scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'hold' }],
      },
      {
        sections: { agent: { embedded: true }, holds: { check_every: '1s', notify_sender: true } },
      },
    );

    /** Sends until one is held; the first within the limit goes out. */
    async function heldMessage(subject: string): Promise<HoldLine> {
      const { stack } = platform();
      const client = await stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      await client.send({ from: ANN, to: [FRIEND], subject: `${subject} first` });
      const { end } = await client.send({ from: ANN, to: [FRIEND], subject });
      await client.quit();
      const queueId = /queued as (\S+)/.exec(end?.text ?? '')?.[1] ?? '';
      return until('its record', async () => {
        const hold = (await holds()).find((one) => one.queueId === queueId);
        return hold?.seen === undefined ? undefined : hold;
      });
    }

    async function holds(): Promise<readonly HoldLine[]> {
      const said = await platform().operator.say('hold', 'list', '--all', '--json');
      return (JSON.parse(said) as { holds: HoldLine[] }).holds;
    }

    function ended(id: string, state: string): Promise<HoldLine> {
      return until(`the hold to be ${state}`, async () =>
        (await holds()).find((one) => one.id === id && one.state === state),
      );
    }

    async function queued(queueId: string): Promise<string | undefined> {
      const queue = await platform().stack.postfix.queue();
      return queue.find((one) => one.queueId === queueId)?.queueName;
    }

    const sunk = (subject: string) =>
      platform().stack.sink.messages.filter(
        ({ envelopeSender, text }) =>
          envelopeSender === ANN && text.includes(`\nSubject: ${subject}\n`),
      );

    it('is listed, shown as inert text, and tells its sender that it waits', async () => {
      const hold = await heldMessage('look at me');
      const { operator, stack } = platform();
      expect(await operator.say('hold', 'list')).toContain(hold.reference);
      const shown = await operator.say('hold', 'show', hold.reference);
      expect(shown).toContain('Subject: look at me');
      expect(shown).toContain('Good day.');
      expect(shown.indexOf('Subject:')).toBeLessThan(shown.indexOf('Good day.'));
      const notice = await stack.sink.waitFor(
        'the notice',
        ({ text }) => text.includes('waits for a check') && text.includes(hold.reference),
      );
      expect(notice).toMatchObject({ envelopeSender: '', envelopeRecipients: [ANN] });
      expect(notice.text).toContain('Action: delayed');
      expect(await queued(hold.queueId)).toBe('hold');
    });

    it('is released, delivered exactly once, and not held again by the same rule', async () => {
      const hold = await heldMessage('let me go');
      await platform().operator.say('hold', 'release', hold.reference, '--why', 'A newsletter.');
      const end = await ended(hold.id, 'released');
      expect(end.by).not.toBe('primum');
      await platform().stack.sink.waitFor('the released one', ({ text }) =>
        text.includes('\nSubject: let me go\n'),
      );
      await until(
        'the queue file to be gone',
        async () => (await queued(hold.queueId)) === undefined,
      );
      expect(sunk('let me go')).toHaveLength(1);
      expect((await holds()).filter(({ queueId }) => queueId === hold.queueId)).toHaveLength(1);
      const audit = await platform().operator.say('audit', 'log', '--subject', ANN);
      expect(audit).toMatch(/hold\.release.*A newsletter\./);
    });

    it('goes back to its sender with the reason and the headers, and is deleted', async () => {
      const hold = await heldMessage('send me back');
      const why = 'It looks like fraud.';
      await platform().operator.say('hold', 'return', hold.reference, '--why', why);
      await ended(hold.id, 'returned');
      const reports = platform().stack.sink.messages.filter(
        ({ text }) => text.includes('was not delivered') && text.includes(hold.reference),
      );
      expect(reports).toHaveLength(1);
      expect(reports[0]).toMatchObject({ envelopeSender: '', envelopeRecipients: [ANN] });
      expect(reports[0]?.text).toContain('report-type=delivery-status');
      expect(reports[0]?.text).toMatch(/\nAction: failed\nStatus: 5\.7\.1\n/);
      expect(reports[0]?.text).toContain(why);
      expect(reports[0]?.text).toContain(`Final-Recipient: rfc822; ${FRIEND}`);
      expect(reports[0]?.text).toContain('Subject: send me back');
      expect(await queued(hold.queueId)).toBeUndefined();
      expect(sunk('send me back')).toHaveLength(0);
    });

    it('is deleted with the reason on record', async () => {
      const hold = await heldMessage('delete me');
      await platform().operator.say('hold', 'delete', hold.reference, '--why', 'A virus.');
      await ended(hold.id, 'deleted');
      expect(await queued(hold.queueId)).toBeUndefined();
      const audit = await platform().operator.say('audit', 'log', '--subject', ANN);
      expect(audit).toMatch(/hold\.delete .*A virus\./);
    });

    it('is closed with its cause when somebody releases or deletes it by hand', async () => {
      const { postfix } = platform().stack;
      const released = await heldMessage('by hand');
      await postfix.set('defer_transports', 'smtp');
      await postfix.tool('postsuper', '-H', released.queueId);
      expect((await ended(released.id, 'gone')).outcome).toContain(
        'taken off the hold queue by hand',
      );
      await postfix.tool('postqueue', '-i', released.queueId);
      await postfix.set('defer_transports');
      const deleted = await heldMessage('deleted by hand');
      await postfix.tool('postsuper', '-d', deleted.queueId);
      expect((await ended(deleted.id, 'gone')).outcome).toContain('in the queue no more');
    });

    it('cannot be decided on twice', async () => {
      const hold = await heldMessage('once only');
      await platform().operator.say('hold', 'release', hold.reference, '--why', 'Fine.');
      await ended(hold.id, 'released');
      const { code, stderr } = await platform().primum.cli(
        ...['hold', 'delete', hold.reference, '--why', 'Too late.'],
      );
      expect(code).toBe(1);
      expect(stderr).toContain('waits no more');
    });
  },
);
