/** CON-3, CON-5: a message that was held is signed by the signer behind Primum, and leaves once. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { linesOfGuide, makeDkimKey, startOpendkim } from './dkim.ts';
import type { DkimKey, Signer } from './dkim.ts';
import { guardedPlatform, HOOK_MS, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const ANN = 'ann@local.test';
const FRIEND = 'friend@dest.test';

/** Whether a released message has a signature that holds, by how Primum says hold. */
const WAYS = [
  { holdBy: 'header', isSigned: true },
  { holdBy: 'quarantine', isSigned: false },
] as const;

describe.runIf(mailServersAreHere).each(WAYS)(
  'a message held by $holdBy',
  { timeout: PEER_TEST_MS },
  ({ holdBy, isSigned }) => {
    const platform = guardedPlatform(
      { [ANN]: 'secret-of-ann' },
      {
        mode: 'enforce',
        business_hours: { outside_factor: 1 },
        limits: [{ scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'hold' }],
      },
      {
        milterDoor: 'tcp',
        holdBy,
        sections: { agent: { embedded: true }, holds: { check_every: '1s' } },
      },
    );
    let key: DkimKey;
    let signer: Signer;

    beforeAll(async () => {
      const { stack } = platform();
      key = await makeDkimKey();
      signer = await startOpendkim(key, await linesOfGuide('SignHeaders'));
      const checks = join(stack.folder, 'primum-hold');
      await writeFile(checks, '/^X-Primum-Hold:/ HOLD\n');
      await stack.postfix.set('milter_header_checks', `regexp:${checks}`);
      const primum = await stack.postfix.get('primum_milter');
      await stack.postfix.set('primum_milter', `${primum}, ${signer.milter}`);
    }, HOOK_MS);
    afterAll(async () => {
      await signer.stop();
      await key.remove();
    });

    it(`is released once, ${isSigned ? 'signed' : 'unsigned'}`, async () => {
      const { stack, operator, primum } = platform();
      const client = await stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      await client.send({ from: ANN, to: [FRIEND], subject: 'within the limit' });
      const { end } = await client.send({ from: ANN, to: [FRIEND], subject: 'above the limit' });
      await client.quit();
      const queueId = /queued as (\S+)/.exec(end?.text ?? '')?.[1] ?? '';

      const { reference } = await until('its record', async () => {
        const said = await operator.say('hold', 'list', '--json');
        const { holds } = JSON.parse(said) as {
          readonly holds: readonly { reference: string; queueId: string; seen?: object }[];
        };
        return holds.find((one) => one.queueId === queueId && one.seen !== undefined);
      });
      const queue = await stack.postfix.queue();
      expect(queue.find((one) => one.queueId === queueId)).toMatchObject({ queueName: 'hold' });

      const first = await stack.sink.waitFor('the first', ({ text }) =>
        text.includes('\nSubject: within the limit\n'),
      );
      expect(first.text).not.toMatch(/^X-Primum-Hold:/im);
      expect(await key.verify(first.text)).toBe('succeeded');

      const released = await primum.cli('hold', 'release', reference, '--why', 'It is right.');
      expect(released.code, released.stderr).toBe(0);
      const { text } = await stack.sink.waitFor('the held one', (message) =>
        message.text.includes('\nSubject: above the limit\n'),
      );
      await until('an empty queue', async () => (await stack.postfix.queue()).length === 0);
      const copies = stack.sink.messages.filter((one) =>
        one.text.includes('\nSubject: above the limit\n'),
      );
      expect(copies).toHaveLength(1);
      if (isSigned) expect(await key.verify(text)).toBe('succeeded');
      else expect(text).not.toMatch(/^DKIM-Signature:/im);
    });
  },
);
