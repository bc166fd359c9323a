/** Cases keep what was done, within bounds, and outlive a restart (FBK-5, FBK-6). */
import { expect, test } from 'vitest';
import { MAX_CASE_TEXT } from '../../src/desk/cases.ts';
import { MAX_NOTES, MAX_TIMELINE } from '../../src/store/records/timeline.ts';
import { openTestDesk } from './helper.ts';

const REPORT = {
  source: 'web',
  category: 'spam',
  subject: 'shop@example.org',
  by: 'public form',
  text: 'x'.repeat(MAX_CASE_TEXT + 1),
} as const;

test('a case keeps every note, takes no more than it keeps, and its text within bounds', async () => {
  const { desk, close } = await openTestDesk();
  const { id, text } = await desk.cases.open(REPORT);
  expect(text).toHaveLength(MAX_CASE_TEXT);
  for (let n = 0; n < MAX_NOTES; n++) {
    const kind = n % 2 === 0 ? 'note' : 'answer';
    expect(await desk.cases.step(id, 'olga', { kind, text: `Said ${n}.` })).toBeDefined();
  }
  expect(await desk.cases.step(id, 'olga', { kind: 'note', text: 'One more.' })).toBeUndefined();
  for (let n = 0; n < MAX_TIMELINE; n++) await desk.cases.step(id, `paul${n}`, { kind: 'take' });
  const timeline = (await desk.cases.get(id))?.timeline ?? [];
  expect(timeline).toHaveLength(MAX_TIMELINE);
  expect(timeline[0]?.text).toBe('Opened.');
  expect(timeline.filter(({ text: line }) => /Said \d+\./.test(line))).toHaveLength(MAX_NOTES);
  expect(timeline[1]?.text).toBe(
    '152 lines are left out here; the audit log has what people did, the journal each decision.',
  );
  expect(timeline.at(-1)?.by).toBe(`paul${MAX_TIMELINE - 1}`);
  const end = { kind: 'close', finding: 'dealt with', text: 'Done.' } as const;
  expect(await desk.cases.step(id, 'olga', end)).toMatchObject({ state: 'closed' });
  await close();
});

test('what a case is joined with in place of another is said', async () => {
  const { desk, close } = await openTestDesk();
  const { id } = await desk.cases.open(REPORT);
  await desk.cases.step(id, 'olga', { kind: 'link', account: 'Ann@example.org' });
  await desk.cases.step(id, 'olga', { kind: 'link', account: 'bob@example.org' });
  const after = await desk.cases.get(id);
  expect(after?.timeline.slice(1).map(({ text }) => text)).toEqual([
    'Joined with account ann@example.org.',
    'Joined with account bob@example.org in place of ann@example.org.',
  ]);
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
