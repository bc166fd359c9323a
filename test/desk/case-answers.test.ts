/** The answer to who reported leaves by mail, to one address, and not too often (FBK-5). */
import { expect, test } from 'vitest';
import { MAX_ANSWERS_AN_HOUR, MAX_ANSWERS_TO_ONE } from '../../src/desk/case-answer.ts';
import type { AlertChannel, AlertMessage } from '../../src/effects/contract.ts';
import { until } from '../peers/run.ts';
import { keptChannel, openTestDesk } from './helper.ts';

function mailChannel() {
  const sent: { readonly to: string; readonly message: AlertMessage }[] = [];
  const channel: AlertChannel = {
    ...keptChannel(),
    sendTo: (to, message) => {
      sent.push({ to, message });
      return Promise.resolve();
    },
  };
  return { channel, sent };
}

const report = (reporter: string) =>
  ({ source: 'web', category: 'spam', subject: 'x', text: 'x', by: 'form', reporter }) as const;
const answer = { kind: 'answer', text: 'It is <b>stopped</b>.' } as const;

test('the reporter gets the answer with the reference of the case, as plain text', async () => {
  const { channel, sent } = mailChannel();
  const { desk, close } = await openTestDesk({ channels: [channel] });
  const { id, reference } = await desk.cases.open(report('Eve@x.test'));
  await desk.cases.step(id, 'olga', { kind: 'note', text: 'For us only.' });
  await desk.cases.step(id, 'olga', answer);
  await until('the mail', () => sent.length > 0);
  await until('the outbox to be empty', async () => (await desk.pendingJobs()) === 0);
  expect(sent).toEqual([
    {
      to: 'Eve@x.test',
      message: {
        subject: `Your report ${reference}`,
        text: `It is <b>stopped</b>.\n\nThis is about your report with the reference ${reference}.\n`,
        data: { type: 'answer', reference },
      },
    },
  ]);
  await close();
});

test.each([
  '',
  'Eve',
  'a@x.test, b@x.test',
  'a@x.test;b@x.test',
  'all: a@x.test',
  'Eve <a@x.test>',
  '"a@x.test,b"@x.test',
  'a@x.test\r\nBcc: b@x.test',
])('"%s" is not one address: nobody is written to', async (reporter) => {
  const { channel } = mailChannel();
  const { desk, close } = await openTestDesk({ channels: [channel] });
  const { id } = await desk.cases.open(report(reporter));
  expect(await desk.cases.step(id, 'olga', answer)).toBeDefined();
  expect(await desk.pendingJobs()).toBe(0);
  await close();
});

test('without a way to write to people the answer stands on record alone', async () => {
  const { desk, close } = await openTestDesk({ channels: [keptChannel()] });
  const { id } = await desk.cases.open(report('eve@x.test'));
  const after = await desk.cases.step(id, 'olga', answer);
  expect(after?.timeline.at(-1)?.text).toBe('Answered: It is <b>stopped</b>.');
  expect(await desk.pendingJobs()).toBe(0);
  await close();
});

test('so many an hour leave, to one address fewer, and after the hour more', async () => {
  let nowMs = Date.now();
  const { channel, sent } = mailChannel();
  const { desk, close } = await openTestDesk({ channels: [channel], now: () => nowMs });
  const { id } = await desk.cases.open(report('eve@x.test'));
  const answers = async (name: string, count: number) => {
    for (let n = 0; n < count; n++) await desk.cases.step(name, 'olga', answer);
    await until('the outbox to be empty', async () => (await desk.pendingJobs()) === 0);
  };
  await answers(id, MAX_ANSWERS_TO_ONE + 1);
  expect(sent).toHaveLength(MAX_ANSWERS_TO_ONE);
  for (let n = 0; n < MAX_ANSWERS_AN_HOUR; n++) {
    const other = await desk.cases.open(report(`r${n}@x.test`));
    await desk.cases.step(other.id, 'olga', answer);
  }
  await answers(id, 0);
  expect(sent).toHaveLength(MAX_ANSWERS_AN_HOUR);
  nowMs += 3_600_001;
  await answers(id, 1);
  expect(sent).toHaveLength(MAX_ANSWERS_AN_HOUR + 1);
  await close();
});
