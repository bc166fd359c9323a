/** CON-3, CON-5: mail in the hold queue without a record, and what its trace token tells of it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentTask, FoundMessage } from '../../src/agent/contract.ts';
import { ANN, openTestDesk, type TestDesk } from './helper.ts';

const MTA = 'mx1.example.org';
const START = Date.parse('2026-03-01T10:00:00.000Z');
const HOUR = 3_600_000;

let nowMs = START;
let opened: TestDesk;

const iso = (ms: number) => new Date(ms).toISOString();

beforeEach(async () => {
  nowMs = START;
  opened = await openTestDesk({
    now: () => nowMs,
    holds: { owner: 'abuse desk' },
    world: {
      isOwnDomain: () => true,
      hasClimbed: () => Promise.resolve(false),
      readTrace: (headers) =>
        Promise.resolve(
          /X-Token/.test(headers)
            ? {
                ...{ account: 'ann@other.example', credential: 'main', context: '5f1c' },
                ...{ at: iso(START), reference: 'TRACED11', isPassed: /passed/.test(headers) },
              }
            : undefined,
        ),
    },
  });
});

afterEach(() => opened.close());

const found = (): FoundMessage => ({
  ...{ queueId: '4jWSb00VPKzJfbV', queueName: 'hold', sender: ANN, saslLogin: ANN },
  ...{ arrivalSeconds: START / 1000, sizeBytes: 300, recipients: 3 },
});

const only = async () => (await opened.desk.holds.list({ limit: 10 }))[0];

/** A message with this reference was held once, and has its end on record. */
async function goneHold(reference: string): Promise<void> {
  void opened.desk.effects.start({
    ...{ kind: 'hold', account: ANN, identity: ANN, context: '', at: iso(nowMs), reference },
    ...{ submission: 'e1', mta: MTA, queueId: '4jWSb00OTHERone', envelopeSender: ANN },
    ...{ recipients: 1, subject: '', reasons: [] },
  });
  await opened.desk.flush();
  const { id: hold = '' } = (await only()) ?? {};
  const missing = { hold, state: 'missing' } as const;
  nowMs += HOUR;
  const check = { id: 'check', kind: 'check', found: [missing, missing] } as const;
  await opened.desk.agents.report(MTA, [check]);
  expect(await only()).toMatchObject({ state: 'gone' });
}

describe('a message on hold that no record knows', () => {
  /** The next survey finds it an hour later, with these headers; `undefined`: they cannot be read. */
  async function survey(headers: string | undefined, changes: Partial<FoundMessage> = {}) {
    nowMs += HOUR;
    const message = { ...found(), ...changes };
    const [task] = await opened.desk.agents.tasks(MTA);
    expect(task).toMatchObject({ kind: 'survey' });
    await opened.desk.agents.report(MTA, [{ id: 'survey', kind: 'survey', held: [message] }]);
    const [reading] = await opened.desk.agents.tasks(MTA);
    expect(reading).toMatchObject({ kind: 'show', target: { queueId: message.queueId } });
    const { id } = reading as AgentTask;
    const raw = Buffer.from(`${headers ?? ''}\r\n\r\nX-Token: genuine\r\n`).toString('base64');
    const shown = { headers: '', body: '', isCut: false, recipients: [], sizeBytes: 300, raw };
    await opened.desk.agents.report(MTA, [
      headers === undefined
        ? { id, kind: 'failed', error: 'postcat ended with 1' }
        : { id, kind: 'show', state: 'held', message: shown },
    ]);
    expect((await opened.desk.agents.tasks(MTA)).filter(({ kind }) => kind === 'show')).toEqual([]);
    return only();
  }

  test.each([
    ['without a token', 'Subject: hello'],
    ['with a token in its body only', 'Subject: token'],
    ['whose headers cannot be read', undefined],
  ])('%s gets an owner, and nothing of it happens by itself', async (_, headers) => {
    const one = await survey(headers);
    expect(one).toMatchObject({ cause: 'found', account: ANN, owner: 'abuse desk' });
    expect(one?.expiresAtMs).toBeUndefined();
  });

  test('CON-5: whose record was lost has account, reference, time and end by its token', async () => {
    const one = await survey('Subject: hello\r\nX-Token: genuine');
    expect(one).toMatchObject({
      ...{ cause: 'found', account: 'ann@other.example', reference: 'TRACED11', at: iso(START) },
      ...{ context: '5f1c', identity: 'ann@other.example/main', owner: 'abuse desk' },
    });
    expect(one?.expiresAtMs).toBeGreaterThan(nowMs);
    expect(one?.reasons[0]?.text).toContain('whose record was lost');
  });

  test('that Primum let pass, and somebody put on hold by hand, has account and no end', async () => {
    const one = await survey('X-Token: passed');
    expect(one).toMatchObject({ account: 'ann@other.example', reference: 'TRACED11' });
    expect(one?.expiresAtMs).toBeUndefined();
  });

  test('that was decided on before, and is on hold again by hand, has no end', async () => {
    await goneHold('TRACED11');
    expect((await survey('X-Token: genuine'))?.expiresAtMs).toBeUndefined();
  });

  test.each([
    ['from outside', { saslLogin: '' }],
    ['of another time', { arrivalSeconds: START / 1000 + 1_200 }],
  ])('%s is not believed a token that was copied onto it', async (_, changes) => {
    const one = await survey('X-Token: genuine', changes);
    expect(one).toMatchObject({ account: ANN });
    expect(one?.reference).not.toBe('TRACED11');
  });
});
