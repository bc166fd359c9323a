/** ACC-11: what becomes of mail that was held with a lock is asked of a person, and not guessed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { NOW, TOKEN, openFixture } from '../doors/api-fixture.ts';
import type { ApiFixture } from '../doors/api-fixture.ts';

const ANN = 'ann@example.org';
const MTA = 'mx1.example.org';
let api: ApiFixture;
let state: string;

beforeEach(async () => {
  api = await openFixture();
  state = await mkdtemp(join(tmpdir(), 'primum-unlock-'));
  await writeFile(join(state, 'api-token'), `${TOKEN}\n`, { mode: 0o600 });
  await api.desk.locks.lock({ account: ANN, by: 'olga', why: 'Stolen.', unlockOn: 'person' });
  await api.desk.flush();
});

afterEach(async () => {
  await api.close();
  await rm(state, { recursive: true });
});

/** So many messages of the account are held with the lock. */
async function contain(count: number): Promise<void> {
  const contained = Array.from({ length: count }, (_, n) => ({
    ...{ queueId: `4jWSb00VPKzJfb${n}`, queueName: 'hold', sender: ANN, saslLogin: ANN },
    ...{ arrivalSeconds: NOW / 1000, sizeBytes: 300, recipients: 1 },
  }));
  await api.desk.agents.report(MTA, [{ id: `contain:${ANN}`, kind: 'contain', contained }]);
}

/** At a terminal where a person types these lines, or where nobody is. */
async function unlock(typed: readonly string[] | undefined, ...more: readonly string[]) {
  let out = '';
  let err = '';
  const questions: string[] = [];
  const io = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    env: { PRIMUM_STATE: state, PRIMUM_API: api.baseUrl },
    user: () => 'olga',
    isTerminal: () => typed !== undefined,
    ask: (question: string) => {
      questions.push(question);
      return Promise.resolve(typed?.[questions.length - 1]);
    },
  };
  const none = () => Promise.reject(new Error('not asked for'));
  const world = {
    start: none,
    agent: none,
    replay: none,
    importPostfix: none,
    backtest: none,
    srs: none,
    judgeName: none,
    connect: none,
    audit: none,
    checkFiles: none,
    simulate: none,
    score: none,
    calibrate: none,
  };
  const wiring = { version: '1.2.3', ...world };
  const code = await runCli(['unlock', ANN, '--why', 'Clean.', ...more], io, wiring);
  return { code, out, err, questions };
}

const isLocked = () => api.desk.locks.list().some(({ account }) => account === ANN);
const states = async () =>
  (await api.desk.holds.list({ limit: 10 })).map(({ state: name }) => name);

describe('primum unlock on a terminal', () => {
  it('asks what becomes of the held mail, and does it', async () => {
    await contain(2);
    const { code, out, questions } = await unlock(['Release ']);
    expect(questions).toEqual([
      `2 messages of ${ANN} were held with the lock. Release, keep or return? `,
    ]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `${ANN} is no longer locked. 2 messages are released.\n`,
    });
    expect(isLocked()).toBe(false);
    expect(await states()).toEqual(['releasing', 'releasing']);
  });

  it('asks again after another word', async () => {
    await contain(1);
    const { code, out, questions } = await unlock(['yes', 'keep']);
    expect(questions).toHaveLength(2);
    expect(questions[1]).toBe('Type release, keep or return: ');
    expect({ code, out }).toEqual({
      code: 0,
      out: `${ANN} is no longer locked. 1 message is still held.\n`,
    });
    expect(await states()).toEqual(['held']);
  });

  it.each([
    ['nothing three times', ['', '', '', 'release']],
    ['the end of input', []],
  ])('leaves the account locked after %s, and says how to choose', async (_, typed) => {
    await contain(1);
    const { code, err } = await unlock(typed);
    expect(code).toBe(2);
    expect(err).toContain(`1 message of ${ANN} was held with the lock.`);
    expect(err).toContain('--mail release delivers them');
    expect(isLocked()).toBe(true);
    expect(await states()).toEqual(['held']);
  });

  it('asks nothing when it is told, or when there is no such mail', async () => {
    const empty = await unlock([]);
    expect(empty).toMatchObject({ code: 0, questions: [] });
    await api.desk.locks.lock({ account: ANN, by: 'olga', why: 'Stolen.', unlockOn: 'person' });
    await contain(1);
    const told = await unlock([], '--mail', 'keep');
    expect(told).toMatchObject({ code: 0, questions: [] });
  });
});

describe('primum unlock without a terminal', () => {
  it('keeps the mail held, and asks nobody', async () => {
    await contain(1);
    const { code, out, questions } = await unlock(undefined);
    expect({ code, questions }).toEqual({ code: 0, questions: [] });
    expect(out).toContain('1 message is still held.');
    expect(await states()).toEqual(['held']);
  });

  it('refuses a word that is none of the three before it asks the daemon', async () => {
    const { code, err } = await unlock(undefined, '--mail', 'burn');
    expect({ code, err }).toEqual({
      code: 2,
      err: '--mail is release, keep or return, not "burn".\n',
    });
    expect(isLocked()).toBe(true);
  });
});
