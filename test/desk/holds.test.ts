/** CON-3, CON-4: held messages have an owner, a clock and an end, and every step is on record. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentResult, AgentTask, FoundMessage } from '../../src/agent/contract.ts';
import type { Intent } from '../../src/core/intent.ts';
import { MAX_NOTIFY_TRIES } from '../../src/desk/hold-states.ts';
import { ANN, keptChannel, lockIntent, openTestDesk, type TestDesk } from './helper.ts';

const MTA = 'mx1.example.org';
const START = Date.parse('2026-03-01T10:00:00.000Z');
const HOUR = 3_600_000;

let nowMs = START;
let opened: TestDesk;
let climbed = false;
const channel = keptChannel();

beforeEach(async () => {
  nowMs = START;
  climbed = false;
  channel.sent.length = 0;
  opened = await openTestDesk({
    now: () => nowMs,
    channels: [channel],
    alerts: { groupSeconds: 0 },
    holds: { owner: 'abuse desk', escalateTo: 'head of mail', from: 'postmaster@example.org' },
    world: {
      isOwnDomain: (domain) => domain === 'example.org',
      hasClimbed: () => Promise.resolve(climbed),
    },
  });
});

afterEach(() => opened.close());

const iso = (ms: number) => new Date(ms).toISOString();

function hold(changes: Partial<Extract<Intent, { kind: 'hold' }>> = {}): Intent {
  return {
    kind: 'hold',
    account: ANN,
    identity: `${ANN}/main`,
    context: '5f1c',
    at: iso(nowMs),
    reference: '8F2K9A1B',
    submission: 'e1',
    mta: MTA,
    queueId: '4jWSb00VPKzJfbV',
    envelopeSender: ANN,
    recipients: 3,
    subject: 'hello',
    reasons: [{ signal: 'x', weight: 1, text: 'It looks like a campaign.' }],
    ...changes,
  };
}

const found = (queueId = '4jWSb00VPKzJfbV', sender = ANN): FoundMessage => ({
  queueId,
  queueName: 'hold',
  sender,
  arrivalSeconds: START / 1000,
  sizeBytes: 300,
  saslLogin: ANN,
  recipients: 3,
});

/** An agent that finds everything it is asked for on hold and does all as told. */
async function work(
  answer: (task: AgentTask) => AgentResult = good,
): Promise<readonly AgentTask[]> {
  const done: AgentTask[] = [];
  for (;;) {
    const tasks = (await opened.desk.agents.tasks(MTA)).filter(({ kind }) => kind !== 'survey');
    if (tasks.length === 0) return done;
    done.push(...tasks);
    await opened.desk.agents.report(MTA, tasks.map(answer));
  }
}

function good(task: AgentTask): AgentResult {
  const { id } = task;
  switch (task.kind) {
    case 'check':
      return {
        id,
        kind: 'check',
        found: task.targets.map((target) => ({
          hold: target.hold,
          state: 'held',
          message: found(target.queueId, target.envelopeSender),
        })),
      };
    case 'release':
    case 'delete':
      return { id, kind: task.kind, done: true, state: 'held' };
    case 'notify':
      return { id, kind: 'notify', sent: true, state: 'held' };
    case 'contain':
      return { id, kind: 'contain', contained: [] };
    case 'survey':
      return { id, kind: 'survey', held: [] };
    case 'show':
      return { id, kind: 'show', state: 'missing' };
  }
}

async function start(intent: Intent): Promise<void> {
  void opened.desk.effects.start(intent);
  await opened.desk.flush();
}

/** Lets the clock of the desk see the time. */
async function passTo(ms: number): Promise<void> {
  nowMs = ms;
  await opened.desk.tick();
}

/** Waits for an alert with these words; alerts of one cause leave a moment later. */
async function told(words: string): Promise<void> {
  nowMs += 5_000;
  const texts = () => channel.sent.map(({ text }) => text).join('\n');
  await expect.poll(texts, { timeout: 20_000 }).toContain(words);
}

const only = async () => (await opened.desk.holds.list({ limit: 10 }))[0];
const actions = async () =>
  (await opened.desk.audit.list({ subject: ANN, limit: 50 })).map(({ action }) => action).reverse();

describe('a message held by a verdict', () => {
  test('has an owner, a reference, a ticket that people are told of, and its place in the queue', async () => {
    await start(hold());
    await work();
    expect(await only()).toMatchObject({
      ...{ state: 'held', owner: 'abuse desk', reference: '8F2K9A1B', cause: 'verdict' },
      seen: { arrivalSeconds: START / 1000, sender: ANN },
    });
    const [incident] = await opened.desk.incidents.list({ account: ANN, limit: 1 });
    expect(incident).toMatchObject({ cause: 'hold', practice: 'CON-3', count: 1 });
    nowMs += 5_000;
    await expect.poll(() => channel.sent.length, { timeout: 20_000 }).toBe(1);
  });

  test('is recorded once, however often the same queue id is told', async () => {
    await start(hold());
    await start(hold({ reference: 'SECOND' }));
    expect(await opened.desk.holds.list({ limit: 10 })).toHaveLength(1);
  });

  test('is reminded of, escalated, and goes back to its sender at its end', async () => {
    await start(hold());
    await work();
    await passTo(START + 4 * HOUR);
    await told('owner: abuse desk');
    await passTo(START + 12 * HOUR);
    expect(await only()).toMatchObject({ owner: 'head of mail', state: 'held' });
    await told('Nobody decided in time.');
    await passTo(START + 24 * HOUR);
    expect(await only()).toMatchObject({ state: 'returning', by: 'primum' });
    const tasks = await work();
    expect(tasks.map(({ kind }) => kind)).toEqual(['notify', 'delete']);
    expect(await only()).toMatchObject({ state: 'returned' });
    expect(await actions()).toEqual(
      expect.arrayContaining(['hold', 'hold.escalate', 'hold.return', 'hold.returned']),
    );
  });

  test('whose end came while nobody was told is escalated first and goes back an hour later', async () => {
    await start(hold());
    await work();
    await passTo(START + 100 * HOUR);
    expect(await only()).toMatchObject({ state: 'held', owner: 'head of mail' });
    await passTo(START + 100.5 * HOUR);
    expect(await only()).toMatchObject({ state: 'held' });
    await passTo(START + 101 * HOUR);
    expect(await only()).toMatchObject({ state: 'returning' });
  });

  test('of a sender who is not of our domains is never dropped: it stays held', async () => {
    await start(hold({ envelopeSender: 'ann@elsewhere.test' }));
    await work();
    await passTo(START + 12 * HOUR);
    await passTo(START + 24 * HOUR);
    expect(await only()).toMatchObject({ state: 'held' });
    const answer = await opened.desk.holds.decide({
      ...{ name: '8F2K9A1B', choice: 'return', by: 'olga', why: 'Spam.' },
    });
    expect(answer).toMatchObject({
      ok: false,
      reason: 'no-sender-of-ours',
      hold: { state: 'held' },
    });
  });

  test('is decided on once, and the decision outlives what the agent could not do', async () => {
    await start(hold());
    await work();
    const request = { name: '8F2K9A1B', choice: 'release', by: 'olga', why: 'Fine.' } as const;
    expect(await opened.desk.holds.decide(request)).toMatchObject({ ok: true });
    expect(await opened.desk.holds.decide({ ...request, choice: 'delete' })).toMatchObject({
      ok: false,
      reason: 'under-way',
    });
    const [task] = await opened.desk.agents.tasks(MTA);
    const failed = { id: task?.id ?? '', kind: 'failed', error: 'No root.' } as const;
    await opened.desk.agents.report(MTA, [failed]);
    expect(await only()).toMatchObject({ state: 'releasing', lastError: 'No root.' });
    nowMs += 60_000;
    await work();
    expect(await only()).toMatchObject({ state: 'released', by: 'olga' });
  });

  test('that vanished is closed with its cause after two looks, one that never came after a while', async () => {
    await start(hold());
    await work();
    await start(hold({ queueId: '4jWSb00NEVERCAME', reference: 'NEVER' }));
    const missing = (task: AgentTask): AgentResult =>
      task.kind === 'check'
        ? {
            ...{ id: task.id, kind: 'check' },
            found: task.targets.map((target) => ({ hold: target.hold, state: 'missing' })),
          }
        : good(task);
    await work(missing);
    nowMs += 61_000;
    await work(missing);
    expect(await opened.desk.holds.get('8F2K9A1B')).toMatchObject({ state: 'held', misses: 1 });
    nowMs += 6_000;
    await work(missing);
    expect(await opened.desk.holds.get('8F2K9A1B')).toMatchObject({ state: 'gone' });
    expect(await opened.desk.holds.get('NEVER')).toMatchObject({ state: 'held' });
    nowMs += 11 * 60_000;
    await work(missing);
    nowMs += 6_000;
    await work(missing);
    expect((await opened.desk.holds.get('NEVER'))?.outcome).toContain('never came');
  });

  test('is told of by no agent but that of its own mail host', async () => {
    await start(hold());
    const { id = '' } = (await only()) ?? {};
    await opened.desk.holds.decide({ name: id, choice: 'delete', by: 'olga', why: 'Spam.' });
    const result = { id: `delete:${id}`, kind: 'delete', done: true, state: 'held' } as const;
    await opened.desk.agents.report('mx2.example.org', [result]);
    expect(await only()).toMatchObject({ state: 'deleting' });
  });
});

describe('a return to the sender', () => {
  test.each(['"a b"', 'a!b', 'a%b'])(
    'is refused at once where nothing is sent to his address: %s',
    async (local) => {
      await start(hold({ envelopeSender: `${local}@example.org` }));
      const request = { name: '8F2K9A1B', by: 'olga', why: 'No.' };
      expect(await opened.desk.holds.decide({ ...request, choice: 'return' })).toMatchObject({
        ...{ ok: false, reason: 'odd-sender' },
        hold: { state: 'held' },
      });
      expect(await opened.desk.holds.decide({ ...request, choice: 'delete' })).toMatchObject({
        ok: true,
      });
    },
  );

  test('says nothing of recipients that it does not know', async () => {
    await start(hold());
    await work();
    await opened.desk.holds.decide({ name: '8F2K9A1B', choice: 'return', by: 'olga', why: 'No.' });
    const [task] = await opened.desk.agents.tasks(MTA);
    expect(task?.kind === 'notify' && task.notification.words[0]).toBe(
      'Your message was not delivered to the recipients below.',
    );
  });

  test('counts each notification before it is handed out, and is bounded', async () => {
    await start(hold());
    await work();
    await opened.desk.holds.decide({ name: '8F2K9A1B', choice: 'return', by: 'olga', why: 'No.' });
    const ids = new Set<string>();
    for (let n = 1; n <= MAX_NOTIFY_TRIES; n++) {
      // The agent dies after each one and never says what came of it.
      const [task] = await opened.desk.agents.tasks(MTA);
      expect(task).toMatchObject({ kind: 'notify', notification: { attempt: n, recipient: ANN } });
      if (task?.kind === 'notify') ids.add(task.notification.messageId);
    }
    expect(ids.size).toBe(1);
    expect((await work()).map(({ kind }) => kind)).not.toContain('notify');
    expect(await only()).toMatchObject({ state: 'held' });
    expect((await only())?.lastError).toContain('could not be confirmed');
  });
});

describe('a slowed message of a person', () => {
  const short = (queueId: string, reference: string) =>
    hold({ queueId, reference, releaseAt: iso(nowMs + 300_000) });

  test('lets itself go, one in five minutes for an account and context', async () => {
    await start(short('4jWSb00AAAAAAAA', 'ONE'));
    await start(short('4jWSb00BBBBBBBB', 'TWO'));
    await start({ ...short('4jWSb00CCCCCCCC', 'OTHER'), context: 'home' } as Intent);
    const times = new Map(
      (await opened.desk.holds.list({ limit: 10 })).map((one) => [one.reference, one.releaseAtMs]),
    );
    expect(times.get('ONE')).toBe(START + 300_000);
    expect(times.get('TWO')).toBe(START + 600_000);
    expect(times.get('OTHER')).toBe(START + 300_000);
    await work();
    await passTo(START + 300_000);
    await work();
    expect(await opened.desk.holds.get('ONE')).toMatchObject({ state: 'released', by: 'primum' });
    expect(await opened.desk.holds.get('TWO')).toMatchObject({ state: 'held' });
    expect(await opened.desk.incidents.list({ limit: 10 })).toEqual([]);
  });

  test('lets itself go sooner where release_spacing is shorter', async () => {
    const quick = await openTestDesk({ now: () => nowMs, holds: { releaseSpacingSeconds: 10 } });
    try {
      void quick.desk.effects.start(short('4jWSb00AAAAAAAA', 'ONE'));
      void quick.desk.effects.start(short('4jWSb00BBBBBBBB', 'TWO'));
      await quick.desk.flush();
      expect((await quick.desk.holds.get('ONE'))?.releaseAtMs).toBe(START + 10_000);
      expect((await quick.desk.holds.get('TWO'))?.releaseAtMs).toBe(START + 20_000);
    } finally {
      await quick.close();
    }
  });

  test('waits for a person once its context is held or its account locked', async () => {
    await start(short('4jWSb00AAAAAAAA', 'ONE'));
    await start(hold({ queueId: '4jWSb00BBBBBBBB', reference: 'HELD' }));
    expect((await opened.desk.holds.get('ONE'))?.releaseAtMs).toBeUndefined();
    await start(short('4jWSb00CCCCCCCC', 'LATER'));
    climbed = true;
    await work();
    await passTo(START + 400_000);
    expect(await opened.desk.holds.get('LATER')).toMatchObject({ state: 'held' });
    expect((await opened.desk.holds.get('LATER'))?.releaseAtMs).toBeUndefined();
  });
});

describe('ACC-11: containment', () => {
  const contain = (queueIds: readonly string[]) => (task: AgentTask) =>
    task.kind === 'contain'
      ? { id: task.id, kind: 'contain' as const, contained: queueIds.map((id) => found(id)) }
      : good(task);

  test('is asked of each mail host after the lock is in force, until two passes find nothing', async () => {
    await start(lockIntent());
    expect(opened.desk.locks.find(ANN)).toBeDefined();
    const first = await work(contain(['4jWSb00AAAAAAAA', '4jWSb00BBBBBBBB']));
    expect(first.filter(({ kind }) => kind === 'contain')).toHaveLength(1);
    expect(await opened.desk.holds.countContained(ANN)).toBe(2);
    const [incident] = await opened.desk.incidents.list({ account: ANN, limit: 1 });
    expect(incident?.timeline.at(-1)?.text).toContain('2 messages still waiting on mx1');
    for (let pass = 0; pass < 2; pass++) {
      nowMs += 6_000;
      expect((await work()).map(({ kind }) => kind)).toContain('contain');
    }
    nowMs += 60_000;
    expect((await work()).map(({ kind }) => kind)).not.toContain('contain');
    expect((await opened.desk.agents.tasks('mx2')).map(({ kind }) => kind)).toContain('contain');
  });

  test('knows after a crash what it was about to put on hold, until it is told what came of it', async () => {
    const { queueId, arrivalSeconds, sender } = found('4jWSb00AAAAAAAA');
    const moving = [{ queueId, arrivalSeconds, sender }];
    const contains = async () =>
      (await opened.desk.agents.tasks(MTA)).filter(({ kind }) => kind === 'contain');
    await start(lockIntent());
    expect(await contains()).toMatchObject([{ moving: [] }]);
    const id = `contain:${ANN}`;
    await opened.desk.agents.report(MTA, [{ id, kind: 'containing', moving }]);
    expect(await contains()).toMatchObject([{ moving }]);
    expect(await opened.desk.holds.countContained(ANN)).toBe(0);
    await work(contain(['4jWSb00AAAAAAAA']));
    nowMs += 6_000;
    expect(await contains()).toMatchObject([{ moving: [] }]);
    expect(await opened.desk.holds.countContained(ANN)).toBe(1);
  });

  test('is tried again when a tool failed, and what it holds is decided with the unlock', async () => {
    await start(lockIntent());
    const [task] = await opened.desk.agents.tasks(MTA);
    await opened.desk.agents.report(MTA, [
      { id: task?.id ?? '', kind: 'failed', error: 'postsuper ended with 1' },
    ]);
    nowMs += 6_000;
    await work(contain(['4jWSb00AAAAAAAA']));
    await opened.desk.locks.unlock({ account: ANN, by: 'olga', why: 'Clean.' });
    const request = { account: ANN, choice: 'release', by: 'olga', why: 'Clean.' } as const;
    expect(await opened.desk.holds.decideContained(request)).toBe(1);
    await work();
    expect(await only()).toMatchObject({ state: 'released', cause: 'containment' });
  });
});
