/** Simulate, replay and score, one after the other, as `npm run bench:detection --quick` does. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { filterBit, makeBaselines, type Seen } from '../../bench/detection/baselines.ts';
import { reduceEvent } from '../../bench/detection/inputs.ts';
import { detectionPage } from '../../bench/detection/page.ts';
import { measureDetection, type DetectionOptions } from '../../bench/detection/run.ts';
import { variantsOfHold, variantsWithout } from '../../bench/detection/variants.ts';
import { scoreFiles } from '../../src/scoring/score.ts';

const folder = mkdtempSync(join(tmpdir(), 'primum-detection-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, rows: readonly (object | string)[]): string => {
  const path = join(folder, name);
  const text = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row)));
  writeFileSync(path, `${text.join('\n')}\n`);
  return path;
};

/** As many kinds of people and attacks as the small platform has, in a third of its mail. */
const SIZE = { identities: 20, days: 26, each: 1, snowshoe: 1 };

describe('the whole measurement of a platform', () => {
  it(
    'judges every submission and puts product and baselines in one table',
    { timeout: 600_000 },
    async () => {
      const keep = join(folder, 'keep');
      const options: DetectionOptions = {
        platform: 'small',
        size: SIZE,
        seeds: [1],
        inputs: ['full'],
        configFiles: [undefined],
        variants: [...variantsOfHold('7'), ...variantsWithout('recipients')],
        keep,
      };
      const said: string[] = [];
      const say = (text: string): unknown => said.push(text);
      const found = await measureDetection(folder, options, say);
      const truth = readFileSync(join(folder, 'truth.ndjson'), 'utf8').trimEnd().split('\n');
      const submissions = truth.filter((line) => line.startsWith('{"submission"')).length;
      const scores = [...found.runs, ...found.peers].map(({ score }) => score);
      for (const score of scores) {
        expect(score.submissions).toBe(submissions);
        expect(score.neverLock.cases).toBe(4);
        expect(score.personas).toHaveLength(17);
        // Nothing leaks that was not sent.
        for (const { leak, leakTotal } of score.personas) {
          expect(leak.max ?? 0).toBeLessThanOrEqual(leakTotal.max ?? 0);
        }
      }
      expect(scores[0]?.actedWithin14Days.count).toBeGreaterThan(0);
      expect(found.made).toContain('a platform of 20 identities and 26 days');
      const page = detectionPage(found);
      for (const name of [
        'low-slow-best',
        'SPOT',
        'volume spike',
        'Primum, inputs full',
        'hold at 7',
        'without recipients',
      ]) {
        expect(page).toContain(name);
      }

      // What a seed gave is taken again, and only what was measured in the same way.
      said.length = 0;
      expect(await measureDetection(folder, options, say)).toEqual(found);
      expect(said).toEqual([]);
      await expect(measureDetection(folder, { ...options, anomalies: 2 }, say)).rejects.toThrow(
        'measured in another way',
      );
      expect(detectionPage(found, found)).toContain('## With less to see');
    },
  );
});

describe('primum score', () => {
  const at = (hour: number): string => new Date(Date.UTC(2025, 0, 6, hour)).toISOString();
  const verdict = (id: string, hour: number, kind: string): object => ({
    kind: 'verdict',
    for: id,
    at: at(hour),
    account: 'ann@x.example',
    identity: 'ann@x.example/main',
    verdict: kind,
    rung: 'observe',
  });

  async function run(files: Parameters<typeof scoreFiles>[0]): Promise<string> {
    let out = '';
    await scoreFiles(files, { write: (text) => (out += text) });
    return out;
  }

  it('takes recipients and classes from the events where the truth has none', async () => {
    const verdictsFile = file('v.ndjson', [
      verdict('a', 1, 'pass'),
      verdict('b', 2, 'hold'),
      verdict('c', 3, 'pass'),
    ]);
    const truthFile = file('t.ndjson', [
      { submission: 'a', attack: 'low-slow' },
      { submission: 'b', attack: 'low-slow' },
      { account: 'Ann@x.example', attack: 'low-slow', from: at(0), to: at(9) },
    ]);
    const eventsFile = file('e.ndjson', [
      { kind: 'account', account: 'ann@x.example', class: 'person' },
      { kind: 'submission', id: 'a', envelopeRecipients: ['p', 'q', 'r'] },
      { kind: 'submission', id: 'b', envelopeRecipients: ['p'] },
      { kind: 'login', id: 'c' },
    ]);
    const score = JSON.parse(
      await run({ verdictsFile, truthFile, eventsFile, json: true }),
    ) as Record<string, unknown>;
    expect(score).toMatchObject({
      submissions: 2,
      personas: [{ persona: 'low-slow', leak: { median: 3 }, hoursFromMessage: { median: 1 } }],
      falseHoldsByClass: { person: { count: 0 } },
    });
    expect(await run({ verdictsFile, truthFile, json: false })).toContain(
      '| low-slow | 1         | 1 / 1 / 1 / 1 / 1',
    );
  });

  // prettier-ignore
  const mistakes = [
    ['a truth without a name',  [],                            ['{"attack":"x"}'],                                 /Line 1 of the truth .* It names neither a submission nor an attacked account/],
    ['a truth without a time',  [],                            ['{"account":"a","attack":"x","from":"soon"}'],     /from and to are not times/],
    ['a truth that is no JSON', [],                            ['{'],                                              /Line 1 of the truth .* cannot be used/],
    ['a verdict that is none',  ['{"kind":"verdict"}'],        ['{"submission":"a","attack":null}'],               /Line 1 of .* is not a verdict: It has no time or no account/],
    ['a line cut off',          ['{"kind":"verd'],             ['{"submission":"a","attack":null}'],               /is not a verdict/],
  ] as const;

  it.each(mistakes)('refuses %s and says where', async (_, verdicts, truth, message) => {
    const verdictsFile = file('bad-v.ndjson', verdicts);
    const truthFile = file('bad-t.ndjson', truth);
    await expect(run({ verdictsFile, truthFile, json: false })).rejects.toThrow(message);
  });
});

describe('inputs', () => {
  const submission = {
    kind: 'submission',
    heloName: 'h',
    tls: true,
    clientAddress: '192.0.2.1',
    message: { raw: 'x' },
  };

  it('without a milter have no message; those of a log have no HELO, and nothing received', () => {
    expect(reduceEvent(submission, 'full')).toEqual(submission);
    expect(reduceEvent(submission, 'policy')).toEqual({
      kind: 'submission',
      heloName: 'h',
      tls: true,
      clientAddress: '192.0.2.1',
    });
    expect(reduceEvent(submission, 'log')).toEqual({
      kind: 'submission',
      clientAddress: '192.0.2.1',
    });
    expect(reduceEvent({ kind: 'received' }, 'log')).toBeUndefined();
    expect(reduceEvent({ kind: 'login', deviceId: 'd', ok: true }, 'log')).toEqual({
      kind: 'login',
      ok: true,
    });
  });
});

describe('a baseline', () => {
  const seen = (hour: number, recipients: readonly string[], more: Partial<Seen> = {}): Seen => ({
    event: {
      v: 1,
      kind: 'submission',
      id: 'e',
      at: '',
      account: 'ann',
      clientAddress: '192.0.2.1',
      envelopeSender: 'ann',
      envelopeRecipients: recipients,
    },
    atMs: hour * 3_600_000,
    account: 'ann',
    country: () => 'DE',
    filterSaysBad: false,
    ...more,
  });
  const crowd = (count: number, name = 'r'): string[] =>
    Array.from({ length: count }, (_, index) => `${name}${index}`);
  const week = [0, 1, 2, 3, 4, 5, 6, 7].map((day) => seen(day * 24, crowd(3)));
  // prettier-ignore
  const cases = [
    ['recipients in a window', [seen(0, crowd(150))],                                        false],
    ['recipients in a window', [seen(0, crowd(151))],                                        true],
    ['recipients in a window', [seen(0, crowd(100)), seen(2, crowd(100))],                   false],
    ['volume spike',           [...week, seen(192, crowd(31))],                              true],
    ['volume spike',           [seen(0, crowd(31))],                                         false],
    ['first-time recipients',  [seen(0, crowd(50)), seen(1, crowd(50))],                     false],
    ['first-time recipients',  [seen(0, crowd(50)), seen(1, ['new'])],                       true],
    ['SPOT',                   Array.from({ length: 4 }, () => seen(0, ['r'], { filterSaysBad: true })), true],
    ['SPOT',                   Array.from({ length: 3 }, () => seen(0, ['r'], { filterSaysBad: true })), false],
    ['addresses and countries', [seen(0, ['r'])],                                            false],
  ] as const;

  it.each(cases)('%s holds what its rule says (%#)', (name, events, held) => {
    const baseline = makeBaselines().find((one) => one.name === name);
    expect(events.map((event) => baseline?.judge(event)).at(-1)).toBe(held);
  });

  it('has a filter that is right as often as it is said to be', () => {
    const share = (attack: string | undefined): number =>
      Array.from({ length: 20_000 }, (_, index) =>
        filterBit(`s${index.toString(36)}`, attack),
      ).filter(Boolean).length / 20_000;
    expect(share('blaster')).toBeCloseTo(0.7, 1);
    expect(share('bec')).toBeCloseTo(0.25, 1);
    expect(share(undefined)).toBeCloseTo(0.02, 2);
  });
});
