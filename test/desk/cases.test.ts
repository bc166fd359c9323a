/** Cases keep what was done, within bounds, and outlive a restart (FBK-5, FBK-6). */
import { expect, test } from 'vitest';
import { MAX_CASE_TEXT, MAX_CASE_TIMELINE } from '../../src/desk/cases.ts';
import { openTestDesk } from './helper.ts';

const REPORT = {
  source: 'web',
  category: 'spam',
  subject: 'shop@example.org',
  by: 'public form',
  text: 'x'.repeat(MAX_CASE_TEXT + 1),
} as const;

test('a case keeps its first step and the newest, and its text within bounds', async () => {
  const { desk, close } = await openTestDesk();
  const { id, text } = await desk.cases.open(REPORT);
  expect(text).toHaveLength(MAX_CASE_TEXT);
  for (let step = 0; step <= MAX_CASE_TIMELINE; step++) {
    await desk.cases.step(id, 'olga', { kind: 'note', text: `Step ${step}.` });
  }
  const timeline = (await desk.cases.get(id))?.timeline ?? [];
  expect(timeline).toHaveLength(MAX_CASE_TIMELINE);
  expect(timeline[0]?.text).toBe('Opened.');
  expect(timeline.at(-1)?.text).toBe(`Step ${MAX_CASE_TIMELINE}.`);
  await close();
});

test('the first thing somebody does stops the clock to the first action (FBK-6)', async () => {
  let nowMs = Date.UTC(2026, 5, 10);
  const { desk, close } = await openTestDesk({ now: () => nowMs });
  const { id } = await desk.cases.open(REPORT);
  nowMs += 60_000;
  await desk.cases.step(id, 'olga', { kind: 'take' });
  nowMs += 60_000;
  await desk.cases.step(id, 'olga', { kind: 'note', text: 'Asked.' });
  expect(await desk.cases.get(id)).toMatchObject({
    owner: 'olga',
    firstActionAt: '2026-06-10T00:01:00.000Z',
  });
  await close();
});

test('references of two cases differ and are long enough not to be guessed', async () => {
  const { desk, close } = await openTestDesk();
  const [one, other] = [await desk.cases.open(REPORT), await desk.cases.open(REPORT)];
  expect(one.reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
  expect(one.reference).not.toBe(other.reference);
  expect((await desk.cases.get(one.reference.toLowerCase()))?.id).toBe(one.id);
  await close();
});
