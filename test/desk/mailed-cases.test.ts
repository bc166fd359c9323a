/** Mail of people becomes cases: one a message, and no flood of them (FBK-2, FBK-5). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  MAX_CASE_TEXT,
  MAX_MAILED_OF_DAY,
  MAX_MAILED_OF_SENDER,
  MAX_MAIL_NOTES,
} from '../../src/desk/cases.ts';
import type { MailedCase } from '../../src/desk/people-contract.ts';
import { openTestDesk } from './helper.ts';

const DAY_MS = 86_400_000;
const letter = (key: string, changes: Partial<MailedCase> = {}): MailedCase => ({
  ...{ key, receivedAtMs: 0, source: 'letter', category: 'other', reporter: 'Eve@x.test' },
  ...{ subject: 'Please look', text: 'Your user writes to me.', evidence: `returned/kept/${key}` },
  note: `More: ${key}`,
  ...changes,
});

test('a message given again after a crash has the case it had', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'primum-cases-'));
  const path = join(folder, 'records.db');
  const before = await openTestDesk({ path });
  const first = await before.desk.cases.openMailed(letter('m1'));
  await before.close();
  const after = await openTestDesk({ path });
  const again = await after.desk.cases.openMailed(letter('m1'));
  expect(again).toEqual(first);
  expect(await after.desk.cases.countOpen()).toBe(1);
  expect(await after.desk.audit.list({ limit: 10 })).toMatchObject([{ action: 'case.open' }]);
  await after.close();
  rmSync(folder, { recursive: true });
});

test('more of one sender in a day joins what is open, once each, and starts no clock', async () => {
  const { desk, close } = await openTestDesk();
  for (let n = 0; n < MAX_MAILED_OF_SENDER; n++) await desk.cases.openMailed(letter(`m${n}`));
  const joined = await desk.cases.openMailed(letter('more', { reporter: 'eve@X.test' }));
  expect(await desk.cases.openMailed(letter('more'))).toEqual(joined);
  expect(joined?.fate).toBe('joined');
  expect(joined?.case.timeline.map(({ text }) => text)).toEqual(['Opened.', 'More: more']);
  expect(joined?.case.evidence).toBe('returned/kept/m4\nreturned/kept/more');
  expect(joined?.case.firstActionAt).toBeUndefined();
  expect(await desk.cases.countOpen()).toBe(MAX_MAILED_OF_SENDER);
  // Another sender, and the same one tomorrow, have cases of their own.
  for (const changes of [{ reporter: 'bob@x.test' }, { receivedAtMs: DAY_MS }]) {
    const own = await desk.cases.openMailed(letter(JSON.stringify(changes), changes));
    expect(own?.fate).toBe('opened');
  }
  await close();
});

test('a flood leaves what people wrote in the timeline, and writes nothing more', async () => {
  const { desk, close } = await openTestDesk();
  let last;
  for (let n = 0; n < MAX_MAILED_OF_SENDER; n++) {
    last = await desk.cases.openMailed(letter(`m${n}`, { evidence: 'x'.repeat(MAX_CASE_TEXT) }));
  }
  const id = last?.case.id ?? '';
  await desk.cases.step(id, 'olga', { kind: 'note', text: 'I ask him.' });
  const fates: (string | undefined)[] = [];
  for (let n = 0; n < MAX_MAIL_NOTES + 5; n++) {
    fates.push((await desk.cases.openMailed(letter(`more${n}`)))?.fate);
  }
  expect(fates.filter((fate) => fate === 'full')).toHaveLength(5);
  const found = await desk.cases.get(id);
  expect(found?.timeline.map(({ text }) => text)).toContain('I ask him.');
  expect(found?.evidence).toHaveLength(MAX_CASE_TEXT);
  await close();
});

test('after a closed case the sender is heard again', async () => {
  const { desk, close } = await openTestDesk();
  for (let n = 0; n < MAX_MAILED_OF_SENDER; n++) {
    const { case: opened } = (await desk.cases.openMailed(letter(`m${n}`))) ?? {};
    await desk.cases.step(opened?.id ?? '', 'olga', {
      kind: 'close',
      finding: 'no abuse',
      text: 'x',
    });
  }
  expect((await desk.cases.openMailed(letter('more')))?.fate).toBe('opened');
  await close();
});

test('mail of many senders opens so many cases in a day and no more', async () => {
  const { desk, close } = await openTestDesk();
  for (let n = 0; n < MAX_MAILED_OF_DAY; n++) {
    await desk.cases.openMailed(letter(`m${n}`, { reporter: `r${n}@x.test` }));
  }
  const tomorrow = { receivedAtMs: DAY_MS };
  expect(await desk.cases.openMailed(letter('more', { reporter: 'new@x.test' }))).toBeUndefined();
  expect((await desk.cases.openMailed(letter('next', tomorrow)))?.fate).toBe('opened');
  expect(await desk.cases.countOpen()).toBe(MAX_MAILED_OF_DAY + 1);
  await close();
});
