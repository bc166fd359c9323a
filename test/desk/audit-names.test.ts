/** What was done is found by each name people have for what it was done to; what was taken back is no act. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANN, holdIntent, openTestDesk } from './helper.ts';

let opened: Awaited<ReturnType<typeof openTestDesk>>;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 5, 10, 9);
  opened = await openTestDesk({ now: () => nowMs });
});

afterEach(() => opened.close());

const actionsOn = async (subject: string): Promise<string[]> =>
  (await opened.desk.audit.list({ subject, limit: 50 })).map(({ action }) => action).reverse();

test('an incident of one account, or of several, by its id', async () => {
  const { incidents } = opened.desk;
  for (const accounts of [[ANN], [ANN, 'bob@example.org']]) {
    const { id } = await incidents.open({ accounts, summary: 'Theft.', by: 'olga' });
    await incidents.step(id, 'olga', { kind: 'note', text: 'The owner phoned.' });
    await incidents.close({ id, by: 'olga', verdict: 'true', why: 'Done.' });
    const all = ['incident.open', 'incident.note', 'incident.close'];
    expect(await actionsOn(id)).toEqual(all);
    expect((await opened.desk.audit.list({ subject: id, limit: 9 }))[0]?.subject).toBe(
      accounts.length === 1 ? ANN : id,
    );
  }
});

test('a practice in any letters, a case by its reference, an account as it is written', async () => {
  const { switches, cases } = opened.desk;
  const why = 'Tried for a week.';
  await switches.set({ kind: 'practice', name: 'CON-3', mode: 'enforce', by: 'olga', why });
  expect(await actionsOn('con-3')).toEqual(['switch.enforce']);
  expect(await actionsOn('practice CON-3')).toEqual(['switch.enforce']);
  const { reference } = await cases.open({
    ...{ source: 'letter', category: 'spam', subject: 's', text: 't', account: ANN, by: 'olga' },
  });
  expect(await actionsOn(reference.toLowerCase())).toEqual(['case.open']);
  expect(await actionsOn(ANN.toUpperCase())).toContain('case.open');
});

test('FBK-6: a decision that was taken back is no first action, one before it stays', async () => {
  const { desk } = opened;
  void desk.effects.start(holdIntent());
  await desk.flush();
  const [hold] = await desk.holds.list({ limit: 1 });
  const name = hold?.id ?? '';
  const firstAction = async () => (await desk.incidents.get(hold?.incident ?? ''))?.firstActionAt;
  const decide = async () => {
    nowMs += 60_000;
    await desk.holds.decide({ name, choice: 'return', by: 'olga', why: 'x', undoSeconds: 60 });
    nowMs += 10_000;
    await desk.holds.undo({ name, by: 'olga' });
  };
  await decide();
  expect(await firstAction()).toBeUndefined();
  await desk.incidents.step(hold?.incident ?? '', 'olga', { kind: 'take' });
  const taken = await firstAction();
  expect(taken).toBe(new Date(nowMs).toISOString());
  await decide();
  expect(await firstAction()).toBe(taken);
});
