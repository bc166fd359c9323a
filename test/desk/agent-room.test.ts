/** What agents may say and what they are asked: only their own mail host, only what is wanted. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentTask, FoundMessage } from '../../src/agent/contract.ts';
import type { PersonsChoice } from '../../src/desk/hold-states.ts';
import { ANN, openTestDesk, type TestDesk } from './helper.ts';

const MTA = 'mx1.example.org';
const OTHER = 'mx2.example.org';
const START = Date.parse('2026-03-01T10:00:00.000Z');
const QUEUE_ID = '4jWSb00VPKzJfbV';

let nowMs = START;
let opened: TestDesk;

beforeEach(async () => {
  nowMs = START;
  opened = await openTestDesk({
    now: () => nowMs,
    holds: { from: 'postmaster@example.org' },
    world: {
      isOwnDomain: (domain) => domain === 'example.org',
      hasClimbed: () => Promise.resolve(false),
    },
  });
  void opened.desk.effects.start({
    ...{ kind: 'hold', account: ANN, identity: `${ANN}/main`, context: '5f1c', recipients: 1 },
    ...{ at: new Date(START).toISOString(), reference: '8F2K9A1B', submission: 'e1', mta: MTA },
    ...{ queueId: QUEUE_ID, envelopeSender: ANN, subject: 'hello' },
    reasons: [{ signal: 'x', weight: 1, text: 'It looks like a campaign.' }],
  });
  await opened.desk.flush();
});

afterEach(() => opened.close());

const message: FoundMessage = {
  ...{ queueId: QUEUE_ID, queueName: 'hold', sender: ANN, saslLogin: ANN },
  ...{ arrivalSeconds: START / 1000, sizeBytes: 300, recipients: 1 },
};

async function only() {
  const [hold] = await opened.desk.holds.list({ limit: 10 });
  if (hold === undefined) throw new Error('There is no hold');
  return hold;
}

/** What the host is asked; no survey, which comes by the clock. */
async function asked(mta = MTA): Promise<readonly AgentTask[]> {
  return (await opened.desk.agents.tasks(mta)).filter(({ kind }) => kind !== 'survey');
}

async function see(state: 'held' | 'missing' = 'held'): Promise<void> {
  const { id: hold } = await only();
  const one = state === 'held' ? { hold, state, message } : { hold, state };
  await opened.desk.agents.report(MTA, [{ id: 'check', kind: 'check', found: [one] }]);
}

async function decide(choice: PersonsChoice): Promise<string> {
  const { id: name } = await only();
  await opened.desk.holds.decide({ name, choice, by: 'olga', why: 'A test.' });
  return name;
}

describe('an agent of another mail host', () => {
  test('is given nothing of this one', async () => {
    await decide('release');
    expect(await asked(OTHER)).toEqual([]);
    expect(await asked()).toHaveLength(1);
  });

  test('can neither find, release, return, delete nor fail what is held here', async () => {
    await see();
    const id = await decide('release');
    const before = await only();
    await opened.desk.agents.report(OTHER, [
      { id: 'check', kind: 'check', found: [{ hold: id, state: 'missing' }] },
      { id: `release:${id}`, kind: 'release', done: true, state: 'held' },
      { id: `delete:${id}`, kind: 'delete', done: true, state: 'missing' },
      { id: `notify:${id}`, kind: 'notify', sent: true, state: 'held' },
      { id: `release:${id}`, kind: 'failed', error: 'No.' },
    ]);
    expect(await only()).toEqual(before);
  });

  test('cannot answer for the agent that is asked to show a message', async () => {
    await see();
    const shown = opened.desk.holds.show(await only());
    let task: AgentTask | undefined;
    await expect
      .poll(async () => (task = (await asked()).find(({ kind }) => kind === 'show')))
      .toBeDefined();
    const id = task?.id ?? '';
    const forged = { headers: 'forged', body: '', isCut: false, recipients: [], sizeBytes: 1 };
    await opened.desk.agents.report(OTHER, [
      { id, kind: 'show', state: 'held', message: forged },
      { id, kind: 'failed', error: 'No.' },
    ]);
    const right = { ...forged, headers: 'Subject: hello' };
    await opened.desk.agents.report(MTA, [{ id, kind: 'show', state: 'held', message: right }]);
    expect(JSON.stringify(await shown)).toContain('Subject: hello');
  });
});

describe('a message decided on before it was found', () => {
  test.each(['release', 'return', 'delete'] as const)(
    '%s: it is found first, and what is wanted comes after',
    async (choice) => {
      await decide(choice);
      expect((await asked()).map(({ kind }) => kind)).toEqual(['check']);
      await see('missing');
      expect(await asked()).toEqual([]);
      expect((await only()).closedAt).toBeUndefined();
      nowMs += 5_000;
      expect((await asked()).map(({ kind }) => kind)).toEqual(['check']);
      await see();
      const expected = choice === 'return' ? 'notify' : choice;
      expect((await asked()).map(({ kind }) => kind)).toEqual([expected]);
      expect(await only()).toMatchObject({ seen: { sender: ANN }, by: 'olga' });
    },
  );

  test('counts as gone when it has not come in ten minutes', async () => {
    await decide('release');
    nowMs += 601_000;
    await see('missing');
    expect(await only()).toMatchObject({ state: 'gone' });
  });

  test('is released even though the agent died between the deed and its word', async () => {
    await decide('release');
    await see();
    const id = (await asked())[0]?.id ?? '';
    // The second agent finds it gone, because the first has let it go.
    await opened.desk.agents.report(MTA, [{ id, kind: 'release', done: true, state: 'missing' }]);
    expect(await only()).toMatchObject({ state: 'released' });
  });
});

describe('a result', () => {
  test('of another deed than is asked for changes nothing', async () => {
    await see();
    const id = await decide('release');
    await opened.desk.agents.report(MTA, [
      { id: `delete:${id}`, kind: 'delete', done: true, state: 'held' },
      { id: `notify:${id}`, kind: 'notify', sent: true, state: 'held' },
    ]);
    expect(await only()).toMatchObject({ state: 'releasing' });
  });

  test('for a hold that nobody knows is taken without harm', async () => {
    await opened.desk.agents.report(MTA, [
      { id: 'release:h0000000000000', kind: 'release', done: true, state: 'held' },
      { id: 'release:__proto__', kind: 'release', done: true, state: 'held' },
      { id: 'show:none', kind: 'show', state: 'missing' },
      { id: 'contain:nobody@example.org', kind: 'contain', contained: [] },
      { id: '', kind: 'failed', error: 'No.' },
    ]);
    expect(await only()).toMatchObject({ state: 'held' });
  });
});

describe('an agent that goes away while it waits', () => {
  /** Resolves with the first listener: then somebody waits. */
  function watched(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const add = signal.addEventListener.bind(signal);
      signal.addEventListener = (...listener: Parameters<typeof add>) => {
        add(...listener);
        resolve();
      };
    });
  }

  test('is handed nothing, so that a notification does not count', async () => {
    await see();
    const id = await decide('return');
    expect((await asked()).map(({ kind }) => kind)).toEqual(['notify']);
    await opened.desk.agents.report(MTA, [{ id: `notify:${id}`, kind: 'failed', error: 'No.' }]);
    expect(await asked()).toEqual([]);
    const left = new AbortController();
    const isWaiting = watched(left.signal);
    const waiting = opened.desk.agents.tasks(MTA, { waitMs: 20_000, signal: left.signal });
    await isWaiting;
    // The next attempt is due from now on.
    nowMs += 60_000;
    left.abort();
    expect(await waiting).toEqual([]);
    expect(await only()).toMatchObject({ state: 'returning', tries: 1 });
    expect((await asked()).map(({ kind }) => kind)).toEqual(['notify']);
  });
});

test('the length of the queues is of the hosts that are heard, and unknown without any', async () => {
  const { agents } = opened.desk;
  const survey = (mta: string, queued?: number): Promise<void> =>
    agents.report(mta, [
      { id: 'survey', kind: 'survey', held: [], ...(queued === undefined ? {} : { queued }) },
    ]);
  expect(agents.queued).toBeUndefined();
  // An older agent does not say.
  await survey(MTA);
  expect(agents.queued).toBeUndefined();
  await survey(MTA, 30);
  await survey(OTHER, 12);
  expect(agents.queued).toBe(42);
  nowMs += 50_000;
  await survey(OTHER, 0);
  nowMs += 20_000;
  expect(agents.queued).toBe(0);
  nowMs += 70_000;
  expect(agents.queued).toBeUndefined();
});
