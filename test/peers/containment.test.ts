/** ACC-11: mail of a locked account that still waits in the queue is held, and none is lost. */
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const ANN = 'ann@local.test';
const BOB = 'bob@local.test';
const MESSAGES = 200;

describe.runIf(mailServersAreHere)('a locked account', { timeout: 2 * PEER_TEST_MS }, () => {
  const platform = guardedPlatform(
    { [ANN]: 'secret-of-ann', [BOB]: 'secret-of-bob' },
    { mode: 'observe' },
    { sections: { agent: { embedded: true }, holds: { check_every: '1s' } } },
  );

  /** Gives the queue id of the last. */
  async function send(account: string, subjects: readonly string[]): Promise<string> {
    const client = await platform().stack.smtp();
    await client.auth(account, `secret-of-${account.split('@')[0] ?? ''}`);
    let queueId = '';
    for (const subject of subjects) {
      const { end } = await client.send({ from: account, to: ['friend@dest.test'], subject });
      expect(end?.code).toBe(250);
      queueId = /queued as (\S+)/.exec(end?.text ?? '')?.[1] ?? '';
    }
    await client.quit();
    return queueId;
  }

  async function count(queueName: string, sender: string): Promise<number> {
    const queue = await platform().stack.postfix.queue();
    return queue.filter((one) => one.queueName === queueName && one.sender === sender).length;
  }

  it(`has its ${MESSAGES} waiting messages held, and only its own; an unlock releases them once`, async () => {
    const { stack, operator, primum } = platform();
    await stack.postfix.set('defer_transports', 'smtp');
    const subjects = Array.from({ length: MESSAGES }, (_, n) => `number ${n}`);
    await send(ANN, subjects);
    await send(BOB, ['of bob']);
    const before = await send(ANN, ['on hold before']);
    await stack.postfix.tool('postsuper', '-h', before);
    await until('all to wait', async () => {
      const [ofAnn, ofBob] = [await count('deferred', ANN), await count('deferred', BOB)];
      return ofAnn === MESSAGES && ofBob === 1;
    });

    await operator.lock(ANN, 'The password is stolen.');
    await until('all to be held', async () => (await count('hold', ANN)) === MESSAGES + 1);
    expect(await count('deferred', BOB)).toBe(1);
    expect(await count('hold', BOB)).toBe(0);
    const incident = await until('the count in the incident', async () => {
      const said = await operator.say('incidents', '--account', ANN, '--json');
      return said.includes(`${MESSAGES} in all.`) ? said : undefined;
    });
    expect(incident).toContain('Contained: ');

    const answer = await primum.cli('unlock', ANN, '--why', 'Clean.', '--mail', 'release');
    expect(answer.stdout, answer.stderr).toContain(`${MESSAGES} messages are released.`);
    await stack.postfix.set('defer_transports');
    await stack.postfix.tool('postqueue', '-f');
    await until(
      'all to be delivered',
      async () => {
        const queue = await stack.postfix.queue();
        const ofAnn = queue.filter(({ sender }) => sender === ANN);
        return ofAnn.every(({ queueId }) => queueId === before);
      },
      90_000,
    );
    const arrived = stack.sink.messages.filter(({ envelopeSender }) => envelopeSender === ANN);
    const names = arrived.map(({ text }) => /\nSubject: (number \d+)/.exec(text)?.[1]);
    expect(names.sort()).toEqual(subjects.sort());
    expect(await count('hold', ANN)).toBe(1);
  });
});
