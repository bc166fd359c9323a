/** `primum simulate` and `primum score`: what the words become. */
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';

async function run(...words: readonly string[]) {
  let err = '';
  const asked: unknown[] = [];
  const io = {
    out: () => undefined,
    err: (text: string) => (err += text),
    env: {},
    user: () => 'olga',
  };
  const none = () => Promise.reject(new Error('not asked for'));
  const take = (options: unknown) => {
    asked.push(options);
    return Promise.resolve(0);
  };
  const wiring = {
    version: '1',
    agent: none,
    checkFiles: () => Promise.reject(new Error('not asked for')),
    start: none,
    replay: none,
    srs: none,
    judgeName: none,
    connect: none,
    audit: none,
    importPostfix: none,
    backtest: none,
    simulate: take,
    score: take,
    calibrate: take,
  };
  return { code: await runCli(words, io, wiring), err, asked };
}

describe('primum simulate', () => {
  it('makes the small platform with seed 1 unless told otherwise', async () => {
    const { code, asked } = await run('simulate', '--out', 'e', '--truth', 't');
    expect(code).toBe(0);
    expect(asked).toMatchObject([
      { platform: 'small', seed: 1, out: 'e', truth: 't', anomalies: 1 },
    ]);
  });

  it('takes folders of real material and a factor for innocent oddities', async () => {
    const { asked } = await run(
      ...['simulate', '--out', 'e', '--truth', 't', '--platform', 'full', '--seed', '7'],
      ...['--streams', 's', '--texts', 'x', '--anomalies', '3'],
    );
    expect(asked).toEqual([
      { platform: 'full', seed: 7, out: 'e', truth: 't', streams: 's', texts: 'x', anomalies: 3 },
    ]);
  });

  // prettier-ignore
  const mistakes = [
    [['--seed', 'x'],         '--seed is a number from 0 to 4294967296, not "x".'],
    [['--seed', '-1'],        ''],
    [['--anomalies', '1000'], '--anomalies is a number from 0 to 100, not "1000".'],
  ] as const;

  it.each(mistakes)('refuses %j', async (words, message) => {
    const { code, err, asked } = await run('simulate', '--out', 'e', '--truth', 't', ...words);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(asked).toEqual([]);
  });
});

describe('primum score', () => {
  it('takes verdicts, truth, and events where they are named', async () => {
    const { asked } = await run('score', 'v', '--truth', 't', '--events', 'e', '--json');
    expect(asked).toEqual([{ verdictsFile: 'v', truthFile: 't', eventsFile: 'e', json: true }]);
  });

  it('asks for the truth', async () => {
    const { code, err } = await run('score', 'v');
    expect(code).toBe(2);
    expect(err).toContain('--truth');
  });
});

describe('primum calibrate', () => {
  it('wants one false hold in 10,000 account-days unless told otherwise', async () => {
    const { code, asked } = await run('calibrate', 'journal');
    expect(code).toBe(0);
    expect(asked).toEqual([
      { files: ['journal'], wanted: 1, incidentsFile: undefined, json: false },
    ]);
    expect(
      (await run('calibrate', 'j', '--wanted', '0.5', '--incidents', 'i', '--json')).asked,
    ).toEqual([{ files: ['j'], wanted: 0.5, incidentsFile: 'i', json: true }]);
  });

  it.each(['0', '-1', 'few', '1001'])('refuses to want %s of them', async (wanted) => {
    const { code, err } = await run('calibrate', 'journal', `--wanted=${wanted}`);
    expect(code).toBe(2);
    expect(err).toContain('--wanted is a number up to 1000');
  });
});
