/** Which message in the queue is the one on record. Short queue ids come again for other mail. */
import { describe, expect, test } from 'vitest';
import type { QueueEnvelope } from '../protocol/postcat.ts';
import { MAX_TOLD_LENGTH, type AgentTask, type QueuedTarget } from './contract.ts';
import { doTask } from './hands.ts';
import type { QueueTools } from './queue-tools.ts';
import { foundMessage, isTarget } from './target.ts';

const ANN = 'ann@local.test';
const AT = '2026-03-01T10:00:00.000Z';
const SECONDS = Date.parse(AT) / 1000;
const HOUR = 3_600;
const SHORT_ID = '3F2A1C0B2D';

const envelope = (changes: Partial<QueueEnvelope> = {}): QueueEnvelope => ({
  queueName: 'hold',
  queueId: SHORT_ID,
  arrivalSeconds: SECONDS,
  sizeBytes: 300,
  sender: ANN,
  saslLogin: ANN,
  recipients: ['friend@dest.test'],
  recipientCount: 1,
  ...changes,
});

const target = (changes: Partial<QueuedTarget> = {}): QueuedTarget => ({
  hold: 'h1',
  queueId: SHORT_ID,
  envelopeSender: ANN,
  account: ANN,
  at: AT,
  ...changes,
});

const seen = { arrivalSeconds: SECONDS, sender: ANN };
const other = { sender: 'eve@local.test', saslLogin: 'eve@local.test' };

describe('a message is the one on record', () => {
  // prettier-ignore
  const cases = [
    // because                                    envelope                                       on record                         is it
    ['sender and time agree',                     {},                                            {},                               true],
    ['letter case of the sender says nothing',    { sender: 'Ann@Local.Test' },                  {},                               true],
    ['a rewritten sender, the login agrees',      { sender: 'sales@local.test' },                {},                               true],
    ['neither sender nor login agree',            other,                                         {},                               false],
    ['no login, another sender',                  { sender: 'x@local.test', saslLogin: '' },     { account: '' },                  false],
    ['it came five hours before the decision',    { arrivalSeconds: SECONDS - 5 * HOUR },        {},                               true],
    ['it came seven hours before the decision',   { arrivalSeconds: SECONDS - 7 * HOUR },        {},                               false],
    ['it came nine minutes after, by its clock',  { arrivalSeconds: SECONDS + 540 },             {},                               true],
    ['it came eleven minutes after',              { arrivalSeconds: SECONDS + 660 },             {},                               false],
    ['no time of arrival is known',               { arrivalSeconds: undefined },                 {},                               false],
    ['the record has no time that can be read',   {},                                            { at: 'yesterday' },              false],
    ['seen before, the same',                     {},                                            { seen },                         true],
    ['seen before, a second later now',           { arrivalSeconds: SECONDS + 1 },               { seen },                         false],
    ['seen before, another sender now',           { sender: 'eve@local.test' },                  { seen },                         false],
  ] as const;

  test.each(cases)('%s', (_, inQueue, onRecord, expected) => {
    expect(isTarget(target(onRecord), envelope(inQueue))).toBe(expected);
  });

  test('though its sender is longer than is told', () => {
    const long = envelope({ sender: `${'a'.repeat(1_500)}@local.test` });
    const { sender } = foundMessage(long);
    expect(sender).toHaveLength(MAX_TOLD_LENGTH);
    expect(isTarget(target({ seen: { arrivalSeconds: SECONDS, sender } }), long)).toBe(true);
  });
});

/** A queue in which the id belongs to other mail by now; every deed in it is written down. */
function otherMail(): { readonly tools: QueueTools; readonly deeds: string[] } {
  const deeds: string[] = [];
  const note = <R>(deed: string, result: R): Promise<R> => {
    deeds.push(deed);
    return Promise.resolve(result);
  };
  const tools: QueueTools = {
    list: () =>
      Promise.resolve([{ ...envelope(other), arrivalSeconds: SECONDS, queueName: 'deferred' }]),
    envelopes: () => Promise.resolve([envelope({ ...other, queueName: 'deferred' })]),
    message: () => note('message', undefined),
    hold: (ids) => (ids.length === 0 ? Promise.resolve(new Set()) : note('hold', new Set(ids))),
    release: () => note('release', true),
    remove: () => note('remove', true),
    deliver: () => note('deliver', undefined),
    submit: () => note('submit', undefined),
  };
  return { tools, deeds };
}

describe('a short queue id that belongs to other mail by now', () => {
  const notification = {
    ...{ what: 'returned' as const, recipient: ANN, messageId: '<a@b>', from: ANN },
    ...{ words: ['No.'], reference: 'REF1', attempt: 1 },
  };
  const tasks: readonly AgentTask[] = [
    { id: 'release:h1', kind: 'release', target: target({ seen }) },
    { id: 'delete:h1', kind: 'delete', target: target({ seen }) },
    { id: 'notify:h1', kind: 'notify', target: target({ seen }), notification },
    { id: 'show:h1:1', kind: 'show', target: target({ seen }), maxBytes: 100 },
    { id: 'check', kind: 'check', targets: [target({ seen })] },
    { id: `contain:${ANN}`, kind: 'contain', account: ANN, known: [target()] },
  ];

  test.each(tasks)('is not touched, nor read, nor told of by $kind', async (task) => {
    const { tools, deeds } = otherMail();
    const result = await doTask({ tools, mta: 'mx', now: () => 0 }, task);
    expect(deeds).toEqual([]);
    const text = JSON.stringify(result);
    expect(text).not.toContain('eve@local.test');
    if (result.kind === 'contain') expect(result.contained).toEqual([]);
    else expect(text).toContain('"state":"other"');
  });
});

describe('a record whose queue id is none', () => {
  const odd = target({ hold: 'h2', queueId: 'QQ2' });

  test('does not stop the check of the others', async () => {
    const { tools } = otherMail();
    const checking: QueueTools = {
      ...tools,
      envelopes: (ids) =>
        ids.includes('QQ2')
          ? Promise.reject(new Error('A queue id has letters and digits only.'))
          : Promise.resolve([envelope()]),
    };
    const task: AgentTask = { id: 'check', kind: 'check', targets: [odd, target({ seen })] };
    const result = await doTask({ tools: checking, mta: 'mx', now: () => 0 }, task);
    expect(result).toMatchObject({
      kind: 'check',
      found: [{ hold: 'h2', state: 'missing' }, { state: 'held' }],
    });
    const remove: AgentTask = { id: 'delete:h2', kind: 'delete', target: odd };
    const deleted = await doTask({ tools: checking, mta: 'mx', now: () => 0 }, remove);
    expect(deleted).toMatchObject({ kind: 'delete', done: true, state: 'missing' });
  });
});

describe('a notification', () => {
  test.each([
    [['x@dest.test', 'y@dest.test'], 2, 'Not delivered to: x@dest.test, y@dest.test.'],
    [
      Array.from({ length: 25 }, (_, n) => `u${n}@dest.test`),
      1_025,
      'u19@dest.test and 1005 more.',
    ],
  ])('of a return names who has not got it: those left in the queue', async (left, count, said) => {
    const { tools } = otherMail();
    const texts: string[] = [];
    const ours: QueueTools = {
      ...tools,
      envelopes: () => Promise.resolve([envelope({ recipients: left, recipientCount: count })]),
      message: () => Promise.resolve({ bytes: Buffer.from('Subject: x\n\n'), isCut: false }),
      submit: (_, text) => Promise.resolve(void texts.push(text)),
    };
    const task = { id: 'notify:h1', kind: 'notify', target: target({ seen }) } as const;
    await doTask({ tools: ours, mta: 'mx', now: () => 0 }, { ...task, notification });
    expect(texts.join().replaceAll(/\s+/g, ' ')).toContain(said);
  });

  const notification = {
    ...{ what: 'returned' as const, recipient: ANN, from: 'postmaster@local.test' },
    ...{ messageId: `<primum.${'0'.repeat(32)}@local.test>` },
    ...{ words: ['No.'], reference: 'REF1', attempt: 1 },
  };
  const notify = async (changes: Partial<typeof notification>, from?: string) => {
    const { tools, deeds } = otherMail();
    const ours: QueueTools = {
      ...tools,
      envelopes: () => Promise.resolve([envelope()]),
      message: () => Promise.resolve({ bytes: Buffer.from('Subject: x\n\n'), isCut: false }),
    };
    const task = { id: 'notify:h1', kind: 'notify', target: target({ seen }) } as const;
    const result = await doTask(
      { tools: ours, mta: 'mx', from, now: () => 0 },
      { ...task, notification: { ...notification, ...changes } },
    );
    return { result, deeds };
  };

  test('goes to the sender in the queue file, from the postmaster or who this host names', async () => {
    expect((await notify({})).deeds).toEqual(['submit']);
    expect((await notify({ from: 'post@local.test' }, 'Post@local.test')).deeds).toEqual([
      'submit',
    ]);
  });

  test.each([
    ['to somebody else', { recipient: 'eve@local.test' }, undefined, /goes to the sender/],
    ['from somebody else', { from: 'ceo@local.test' }, undefined, /set `holds.from`/],
    ['from another than is named here', {}, 'post@local.test', /set `holds.from`/],
    ['with an id of another form', { messageId: '<a@b>' }, undefined, /the form/],
    ['of too many words', { words: Array<string>(11).fill('x') }, undefined, /the form/],
    ['of too long words', { words: ['x'.repeat(2_001)] }, undefined, /the form/],
    ['with a reference of another form', { reference: 'a b' }, undefined, /the form/],
  ] as const)('%s is not sent, whatever the daemon says', async (_, changes, from, error) => {
    const { result, deeds } = await notify(
      { ...changes, words: [...('words' in changes ? changes.words : ['No.'])] },
      from,
    );
    expect(deeds).toEqual([]);
    expect(result).toMatchObject({ kind: 'failed', error: expect.stringMatching(error) as string });
  });
});

test('a survey says how much is on its way beside what is held', async () => {
  const { tools } = otherMail();
  const survey = await doTask({ tools, mta: 'mx', now: () => 0 }, { id: 's', kind: 'survey' });
  expect(survey).toEqual({ id: 's', kind: 'survey', held: [], queued: 1 });
});

describe('a task that fails', () => {
  test('of a kind that only a newer daemon knows is a result that says what to do', async () => {
    const { tools } = otherMail();
    const newer = { id: 'n', kind: 'polish' } as unknown as AgentTask;
    const result = await doTask({ tools, mta: 'mx', now: () => 0 }, newer);
    expect(result).toEqual({
      ...{ id: 'n', kind: 'failed' },
      error:
        'this agent does not know the task `polish`: install the version of Primum that the daemon has.',
    });
  });

  test('is a result with the words of the failure, within a bound', async () => {
    const { tools } = otherMail();
    const broken = { ...tools, list: () => Promise.reject(new Error('x'.repeat(10_000))) };
    const result = await doTask(
      { tools: broken, mta: 'mx', now: () => 0 },
      {
        id: 'survey',
        kind: 'survey',
      },
    );
    expect(result).toMatchObject({ id: 'survey', kind: 'failed' });
    expect(result.kind === 'failed' && result.error.length).toBe(500);
  });
});
