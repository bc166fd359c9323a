/** `primum calibrate`: thresholds that a journal's own days give, and what they must not promise. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BIN, binOf, BINS, proposeThreshold, shareAbove, tailOf } from '../core/detection/tail.ts';
import { AccountDays } from './account-days.ts';
import { calibrate, calibrateFiles } from './calibrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'primum-calibrate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;
let files = 0;
function file(rows: readonly object[]): string {
  const path = join(folder, `${(files += 1)}.ndjson`);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

const at = (day: number, hour = 9): string =>
  new Date(START + day * DAY_MS + hour * 3_600_000).toISOString();
const verdict = (account: string, day: number, score: number, hour = 9) => ({
  ...{ kind: 'verdict', for: 's', at: at(day, hour), account, identity: `${account}/main` },
  ...{ context: '', verdict: 'pass', rung: 'observe', score, model: 'primum-5', reasons: [] },
});

/** Scores of an exponential tail, the same for the same number. */
const scoreOf = (i: number, of: number): number => -Math.log((i + 0.5) / of) * 0.8;

function platform(days: number): object[] {
  return Array.from({ length: days }, (_, i) =>
    verdict(`a${i % 100}@example.org`, Math.floor(i / 100), scoreOf((i * 7919) % days, days)),
  );
}

const options = { wanted: 1, incidentsFile: undefined };

describe('the tail of good mail', () => {
  const histogram = (of: number) => {
    const made = new Float64Array(BINS);
    for (let i = 0; i < of; i += 1) {
      const bin = binOf(scoreOf(i, of));
      made[bin] = (made[bin] ?? 0) + 1;
    }
    return made;
  };

  it('counts where enough was seen, and says so', () => {
    const days = histogram(100_000);
    const tail = tailOf(days);
    const { threshold, basis } = proposeThreshold(days, tail, 1e-3);
    expect(basis).toBe('counted');
    expect(shareAbove(days, tail, threshold)).toBeLessThanOrEqual(1e-3);
    expect(shareAbove(days, tail, threshold - BIN)).toBeGreaterThan(1e-3);
  });

  it('goes on in the form of the tail beyond what was seen, never below the highest', () => {
    const days = histogram(10_000);
    const tail = tailOf(days);
    const { threshold, basis } = proposeThreshold(days, tail, 1e-6);
    expect(basis).toBe('fitted');
    expect(threshold).toBeGreaterThan(tail.highest);
    // Of an exponential with a mean of 0.8: 0.8 ln 1e6 = 11.05.
    expect(threshold).toBeGreaterThan(9.5);
    expect(threshold).toBeLessThan(14);
  });

  it('promises no rate below one in as many days as were counted', () => {
    const days = histogram(10_000);
    expect(shareAbove(days, tailOf(days), 40)).toBe(1 / 10_001);
  });

  it('says nothing of too few days, and nothing of none', () => {
    const few = histogram(200);
    expect(proposeThreshold(few, tailOf(few), 1e-4).basis).toBe('no');
    expect(shareAbove(few, tailOf(few), 40)).toBeUndefined();
    const none = new Float64Array(BINS);
    expect(proposeThreshold(none, tailOf(none), 1e-4).basis).toBe('no');
  });

  it.each([NaN, -3, Infinity, 1e9])('takes a score of %s without a fault', (score) => {
    expect(binOf(score)).toBeGreaterThanOrEqual(0);
    expect(binOf(score)).toBeLessThan(BINS);
  });
});

describe('a calibration', () => {
  it('takes the highest score of each account and day', async () => {
    const rows = [
      verdict('a@x.test', 0, 1, 8),
      verdict('a@x.test', 0, 3, 9),
      verdict('a@x.test', 0, 2, 10),
    ];
    const { cohorts } = await calibrate({ ...options, files: [file(rows)] });
    expect(cohorts[0]).toMatchObject({ cohort: 'all', days: 1, highest: 3 });
  });

  it('gives the wanted number of holds on the days it was made of', async () => {
    const { cohorts } = await calibrate({
      files: [file(platform(20_000))],
      wanted: 5,
      incidentsFile: undefined,
    });
    const [all] = cohorts;
    expect(all).toMatchObject({ cohort: 'all', days: 20_000 });
    const above = all?.histogram.slice(binOf(all.hold.threshold)).reduce((a, b) => a + b, 0);
    expect(above).toBeLessThanOrEqual(10);
    expect(all?.throttle.threshold).toBeLessThan(all?.hold.threshold ?? 0);
  });

  it('has a row for each cohort: classes, and people whose account is new', async () => {
    const rows = [
      { kind: 'account', account: 'shop@x.test', at: at(0), class: 'application' },
      { kind: 'account', account: 'new@x.test', at: at(0), since: at(-3) },
      ...['shop@x.test', 'new@x.test', 'ann@x.test', 'forward:ann@x.test'].map((account) =>
        verdict(account, 1, 1),
      ),
    ];
    const { cohorts } = await calibrate({ ...options, files: [file(rows)] });
    expect(cohorts.map(({ cohort }) => cohort)).toEqual([
      'all',
      'application',
      'forward',
      'new',
      'person',
    ]);
  });

  it('leaves out the days of accounts that were abused, by incidents and by a word', async () => {
    const rows = [
      ...[0, 1, 2].flatMap((day) =>
        ['ann', 'ben', 'cay'].map((name) =>
          verdict(`${name}@x.test`, day, name === 'ann' ? 1 : 12),
        ),
      ),
      { kind: 'confirm', account: 'cay@x.test', at: at(2, 12), mine: false, by: 'desk' },
    ];
    const incidentsFile = join(folder, 'incidents.json');
    writeFileSync(
      incidentsFile,
      JSON.stringify({
        incidents: [
          { account: 'ben@x.test', verdict: 'true', openedAt: at(2), closedAt: at(2, 20) },
          { account: 'ann@x.test', verdict: 'false alarm', openedAt: at(1), closedAt: at(1) },
          { account: 'ann@x.test', verdict: '', openedAt: at(1) },
        ],
      }),
    );
    const found = await calibrate({ ...options, files: [file(rows)], incidentsFile });
    expect(found.incidents).toEqual({ trueAlarms: 1, falseAlarms: 1, undecided: 1 });
    expect(found.cohorts[0]?.histogram.slice(binOf(12))).toEqual(
      expect.not.arrayContaining([2, 3]),
    );
    expect(found.excluded).toBe(5);
  });

  it('says when the latest week is unlike the time before', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => {
      const day = Math.floor(i / 100);
      return verdict(`a${i % 100}@x.test`, day, day >= 23 ? 3 : 1);
    });
    const lines: string[] = [];
    await calibrateFiles(
      { ...options, files: [file(rows)], json: false },
      { write: (text: string) => lines.push(text) },
    );
    expect(lines.join('')).toContain(
      'The latest week of person is unlike the time before (distance 1)',
    );
  });

  it('says so when there is too little to propose anything', async () => {
    const lines: string[] = [];
    const to = { write: (text: string) => lines.push(text) };
    await calibrateFiles({ ...options, files: [file(platform(300))], json: false }, to);
    expect(lines.join('')).toContain('Too little data');
    await calibrateFiles({ ...options, files: [file([])], json: false }, to);
    expect(lines.join('')).toContain('There is no verdict in these files.');
  });

  it('passes over lines that are none and counts them', async () => {
    const path = join(folder, 'odd.ndjson');
    writeFileSync(
      path,
      `{"kind":"verdict"\n${JSON.stringify(verdict('a@x.test', 0, 1))}\n{"kind":"verdict","account":7}\n`,
    );
    const found = await calibrate({ ...options, files: [path] });
    expect(found).toMatchObject({ verdicts: 1, unreadable: 1 });
  });

  it.each(['{', '{"incidents":3}', '[{"account":"a@x.test","verdict":"true"}]'])(
    'refuses incidents of the form %s and says how to make them',
    async (text) => {
      const incidentsFile = join(folder, 'bad.json');
      writeFileSync(incidentsFile, text);
      await expect(calibrate({ ...options, files: [file([])], incidentsFile })).rejects.toThrow(
        'Make the file with primum incidents --all --json.',
      );
    },
  );
});

describe('memory', () => {
  it('is bounded: accounts seen for longest not are closed early, and no day is lost', () => {
    const days = new AccountDays(new Map());
    for (let i = 0; i < 250_000; i += 1) days.add(`a${i}`, START, 1);
    expect(days.openAccounts).toBeLessThanOrEqual(200_000);
    expect(
      days
        .finish()
        .get('person')
        ?.reduce((a, b) => a + b, 0),
    ).toBe(250_000);
  });
});
