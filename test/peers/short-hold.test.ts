/** SND-1: a person who is slowed at the milter door waits in the hold queue, and nobody has to act. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const ANN = 'ann@local.test';
const SHOP = 'shop@local.test';

interface HoldLine {
  readonly queueId: string;
  readonly state: string;
  readonly by: string;
  readonly closedAt?: string;
}

describe.runIf(mailServersAreHere)('a limit that slows', { timeout: PEER_TEST_MS }, () => {
  const platform = guardedPlatform(
    { [ANN]: 'secret', [SHOP]: 'secret' },
    {
      mode: 'enforce',
      business_hours: { outside_factor: 1 },
      limits: [{ scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'throttle' }],
      classes: {
        application: {
          limits: [
            { scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'throttle' },
          ],
        },
      },
    },
    {
      milterDoor: 'tcp',
      accountsFile: `accounts: [{ account: ${SHOP}, class: application }]\n`,
      sections: { agent: { embedded: true }, holds: { check_every: '1s', release_spacing: '1s' } },
    },
  );

  async function send(account: string, subjects: readonly string[]) {
    const { stack } = platform();
    const client = await stack.smtp();
    try {
      await client.auth(account, 'secret');
      const sent = [];
      for (const subject of subjects) {
        sent.push(await client.send({ from: account, to: ['friend@dest.test'], subject }));
      }
      return sent;
    } finally {
      await client.quit();
    }
  }

  async function holds(): Promise<readonly HoldLine[]> {
    const said = await platform().operator.say('hold', 'list', '--all', '--json');
    return (JSON.parse(said) as { holds: HoldLine[] }).holds;
  }

  it('takes what a person sends too fast, holds it, and delivers it once by itself', async () => {
    const { stack, operator } = platform();
    const subjects = ['at once', 'slowed', 'slowed more'];
    const sent = await send(ANN, subjects);
    expect(sent.map(({ end }) => end?.code)).toEqual([250, 250, 250]);
    const [, ...slowed] = sent.map(({ end }) => /queued as (\S+)/.exec(end?.text ?? '')?.[1] ?? '');
    const log = await until('the log of both', async () => {
      const text = await stack.postfix.log();
      return slowed.every((queueId) => text.includes(`${queueId}: milter-hold:`)) ? text : false;
    });
    expect(log.split(': milter-hold:')).toHaveLength(1 + slowed.length);

    const records = await until('both to be released', async () => {
      const all = (await holds()).filter(({ queueId }) => slowed.includes(queueId));
      return all.length === 2 && all.every(({ state }) => state === 'released') ? all : undefined;
    });
    expect(records.map(({ by }) => by)).toEqual(['primum', 'primum']);
    await until('an empty queue', async () => (await stack.postfix.queue()).length === 0);
    const arrived = stack.sink.messages.flatMap(
      ({ text }) => /\nSubject: (at once|slowed.*)\n/.exec(text)?.[1] ?? [],
    );
    expect(arrived.sort()).toEqual(subjects.sort());
    // One lets itself go after the other; which arrives first is the mail server's affair.
    const [first = '', second = ''] = slowed.map(
      (id) => records.find(({ queueId }) => queueId === id)?.closedAt,
    );
    expect(Date.parse(second)).toBeGreaterThan(Date.parse(first));
    expect(await operator.say('audit', 'log', '--subject', ANN)).toContain(
      'It waited for its turn.',
    );
  });

  it('an application, which tries again by itself, is told 450 instead', async () => {
    const [first, second] = await send(SHOP, ['order one', 'order two']);
    expect(first?.end?.code).toBe(250);
    expect(second?.mail.text).toMatch(/^450 4\.7\.1 .*Sending is limited/);
    expect(await holds()).toHaveLength(2);
  });
});

describe.runIf(mailServersAreHere)(
  'CON-1: a scanner that is away',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [ANN]: 'secret' },
      { mode: 'enforce' },
      {
        milterDoor: 'tcp',
        sections: {
          agent: { embedded: true },
          holds: { check_every: '1s', release_spacing: '1s' },
          // Nothing listens there.
          scanners: { clamd: { address: '127.0.0.1:1', on_failure: 'defer' } },
        },
      },
    );

    it('keeps a person waiting, not the message: no hold is there to let itself go', async () => {
      const { stack, operator } = platform();
      const client = await stack.smtp();
      await client.auth(ANN, 'secret');
      const sent = await client.send({ from: ANN, to: ['friend@dest.test'], subject: 'unscanned' });
      await client.quit();
      expect(sent.end?.text).toMatch(
        /^450 4\.7\.1 .*The message cannot be checked for viruses now\. Try again later\./,
      );
      expect(await stack.postfix.queue()).toEqual([]);
      const said = await operator.say('hold', 'list', '--all', '--json');
      expect((JSON.parse(said) as { holds: HoldLine[] }).holds).toEqual([]);
      expect(stack.sink.messages).toEqual([]);
    });
  },
);
