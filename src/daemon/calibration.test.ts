import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { falseRates } from './calibration.ts';

const state = mkdtempSync(join(tmpdir(), 'primum-calibration-'));
afterAll(() => rmSync(state, { recursive: true }));

function ask(score: number, file?: string) {
  if (file !== undefined) writeFileSync(join(state, 'calibration.json'), file);
  const warnings: string[] = [];
  return { rate: falseRates(state, (text) => warnings.push(text))(score), warnings };
}

it('says nothing before anybody has calibrated', () => {
  expect(ask(9)).toEqual({ rate: undefined, warnings: [] });
});

it('says how often good mail reaches the score, as counted', () => {
  const histogram = [9_900, ...Array<number>(20).fill(0), 60, 30, 10];
  const { rate } = ask(1.1, JSON.stringify({ cohorts: [{ histogram }] }));
  expect(rate).toEqual({ share: 0.004, basis: 'counted', days: 10_000 });
});

it.each(['{', '{"cohorts":[]}', '{"cohorts":[{"histogram":["many"]}]}', 'null'])(
  'warns of a file that is no calibration, and says nothing: %s',
  (file) => {
    const { rate, warnings } = ask(9, file);
    expect(rate).toBeUndefined();
    expect(warnings.join()).toContain('primum calibrate --json');
  },
);
