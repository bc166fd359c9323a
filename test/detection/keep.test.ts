/** What the seeds of the whole measurement gave is kept as data, and only taken again where it was measured alike. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKeeping } from '../../bench/detection/keep.ts';
import type { SeedFound, SeedOptions } from '../../bench/detection/seed.ts';
import { resultOf, type Counted } from '../../src/scoring/result.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-keep-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const DAY = 86_400_000;
const takeover = { account: 'ann', attack: 'bec', fromMs: DAY, toMs: Infinity, neverLock: false };
const tally: Counted = {
  counts: {
    submissions: 9,
    benign: 8,
    delayed: 1,
    ownersDelayed: 0,
    falseHolds: 1,
    falseLocks: 0,
    refusedLogins: 0,
    neverLockLocked: 0,
  },
  cases: new Map([
    [
      takeover,
      {
        takeover,
        leaked: 2,
        leakedMessages: 1,
        deferred: 0,
        held: 3,
        passed: 2,
        messages: 4,
        firstMessageMs: DAY,
        actedMs: 2 * DAY,
        lockedMs: undefined,
        acted: new Set(['ann/main']),
      },
    ],
  ]),
  identities: new Map([
    [
      'bob/main',
      {
        account: 'bob',
        class: 'person',
        firstMs: 0,
        lastActiveDay: 9,
        activeDays: 5,
        heldMs: -Infinity,
        lockedMs: -Infinity,
      },
    ],
  ]),
  delaysSeconds: [300],
  falseHoldsByClass: new Map([['person', 1]]),
  lastMs: 10 * DAY,
};
const found: SeedFound = {
  events: 12,
  runs: [{ name: 'inputs full', inputs: 'full', tally }],
  peers: [],
};
const options: SeedOptions = {
  platform: 'small',
  inputs: ['full'],
  configFiles: [undefined],
  variants: [],
};

it('gives the same figures as before', () => {
  const keeping = openKeeping(join(folder, 'same'));
  expect(keeping.read(1, options)).toBeUndefined();
  keeping.write(1, options, found);
  const again = openKeeping(join(folder, 'same')).read(1, options);
  expect(again?.events).toBe(12);
  expect(again?.runs.map((run) => resultOf(run.tally))).toEqual([resultOf(tally)]);
});

it('is not taken for what was measured in another way', () => {
  const keeping = openKeeping(join(folder, 'other'));
  keeping.write(1, options, found);
  expect(() => keeping.read(1, { ...options, anomalies: 3 })).toThrow(/measured in another way/);
});

it('knows real material again wherever it lies, and other material by its files', () => {
  const keeping = openKeeping(join(folder, 'material'));
  for (const [name, text] of [
    ['here', 'one'],
    ['there', 'one'],
    ['else', 'others'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'a.eml'), text);
  }
  const withTexts = (name: string): SeedOptions => ({ ...options, texts: join(folder, name) });
  keeping.write(2, withTexts('here'), found);
  expect(keeping.read(2, withTexts('there'))?.events).toBe(12);
  expect(() => keeping.read(2, withTexts('else'))).toThrow(/measured in another way/);
});
