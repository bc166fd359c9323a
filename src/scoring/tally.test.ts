/** Cases worked out by hand: what leaks, what is a false hold, what is a false lock. */
import { describe, expect, it } from 'vitest';
import type { VerdictKind } from '../core/verdict.ts';
import { IdSet } from './id-set.ts';
import { readOutcome } from './outcome.ts';
import { resultOf, type Score } from './result.ts';
import { Tally } from './tally.ts';
import type { AttackMessage, Takeover, Truth } from './truth.ts';

const START_MS = Date.UTC(2025, 0, 6);
const HOUR_MS = 3_600_000;

interface Line {
  readonly hour: number;
  readonly verdict?: VerdictKind;
  readonly of?: 'attack' | 'owner' | 'login';
  readonly recipients?: number;
  readonly identity?: string;
  readonly account?: string;
  readonly rung?: string;
  readonly perRecipient?: Readonly<Record<string, VerdictKind>>;
  readonly retryAfterSeconds?: number;
  /** A line of a changed rung in place of a verdict. */
  readonly climbs?: string;
}

interface Setting {
  /** Hours of the takeover of ann. */
  readonly taken?: readonly [from: number, to: number];
  readonly neverLock?: boolean;
}

function scoreOf(lines: readonly Line[], setting: Setting = {}): Score {
  const messages = new Map<string, AttackMessage>();
  const benign = new IdSet();
  const takeovers = new Map<string, readonly Takeover[]>();
  if (setting.taken !== undefined) {
    const [from, to] = setting.taken;
    takeovers.set('ann@x.example', [
      {
        account: 'ann@x.example',
        attack: 'test',
        fromMs: START_MS + from * HOUR_MS,
        toMs: START_MS + to * HOUR_MS,
        neverLock: setting.neverLock ?? false,
      },
    ]);
  }
  const rows = lines.map((line, index) => {
    const { of = 'attack', account = 'ann@x.example', recipients = 1 } = line;
    const id = `e${index}`;
    if (of === 'attack') messages.set(id, { attack: 'test', recipients });
    if (of === 'owner') benign.add(id);
    const at = new Date(START_MS + line.hour * HOUR_MS).toISOString();
    const identity = line.identity ?? `${account}/main`;
    if (line.climbs !== undefined) {
      messages.delete(id);
      return { kind: 'rung', at, account, identity, from: 'observe', to: line.climbs };
    }
    const { verdict = 'pass', rung = 'observe', perRecipient, retryAfterSeconds } = line;
    return {
      kind: 'verdict',
      for: id,
      at,
      account,
      identity,
      verdict,
      rung,
      perRecipient,
      retryAfterSeconds,
    };
  });
  const truth: Truth = { messages, benign, takeovers };
  const tally = new Tally({ truth, isSubmission: (id) => benign.has(id) });
  for (const row of rows) {
    const outcome = readOutcome(row);
    if (typeof outcome !== 'object') throw new Error(`The case is wrong: ${outcome}`);
    tally.take(outcome);
  }
  return resultOf(tally);
}

describe('a leak', () => {
  const hold = 'hold' as const;
  const defer = 'defer' as const;
  // prettier-ignore
  const cases: readonly (readonly [string, readonly Line[], number, number])[] = [
    // what happens                                  lines                                                   leak  passed
    ['is every recipient when nothing is done',      [{ hour: 1, recipients: 3 }, { hour: 2 }],              4,    4],
    ['ends with the first hold',                     [{ hour: 1, recipients: 3 }, { hour: 2, verdict: hold }, { hour: 3 }], 3, 4],
    ['is nothing when the first is refused',         [{ hour: 1, verdict: 'reject' }, { hour: 2 }],          0,    1],
    ['does not end with a deferral',                 [{ hour: 1, verdict: defer, recipients: 9 }, { hour: 2 }], 1, 1],
    ['does not count whom perRecipient defers',      [{ hour: 1, recipients: 5, perRecipient: { a: defer, b: defer } }], 3, 3],
    ['counts whom perRecipient passes',              [{ hour: 1, recipients: 5, verdict: defer, perRecipient: { a: 'pass' } }], 1, 1],
    ['of one identity goes on when another is held', [{ hour: 1, verdict: hold, identity: 'ann@x.example/app:7' }, { hour: 2 }], 1, 1],
    ['ends for every identity with a lock',          [{ hour: 1, climbs: 'lock', identity: 'ann@x.example/app:7' }, { hour: 2 }], 0, 1],
    ['ends with a message at the rung of lock',      [{ hour: 1, rung: 'lock' }, { hour: 2 }],               0,    2],
    ['ends with a hold of the owner',                [{ hour: 1 }, { hour: 2, of: 'owner', verdict: hold }, { hour: 3 }], 1, 2],
    ['ends with a refused login',                    [{ hour: 1, of: 'login', verdict: 'reject' }, { hour: 2 }], 0, 1],
    ['does not end with what was held before',       [{ hour: -5, of: 'owner', verdict: hold }, { hour: 1 }], 1,   1],
  ];

  it.each(cases)('%s', (_, lines, leak, passed) => {
    const score = scoreOf(lines, { taken: [0, 48] });
    const [persona] = score.personas;
    expect([persona?.leak.max, persona?.leakTotal.max]).toEqual([leak, passed]);
  });

  it('is told apart from what was only deferred before the first hold, and from what was held', () => {
    const lines: readonly Line[] = [
      { hour: 1, recipients: 4, perRecipient: { a: defer } },
      { hour: 2, recipients: 2, verdict: defer },
      { hour: 3, recipients: 5, verdict: hold },
      { hour: 4, recipients: 7, verdict: defer },
      { hour: 5, recipients: 6, verdict: 'reject' },
    ];
    const [persona] = scoreOf(lines, { taken: [0, 48] }).personas;
    expect(persona).toMatchObject({ leak: { max: 3 }, deferred: { max: 3 }, held: { max: 11 } });
  });

  it('of more than 100 is a miss, of 100 is none', () => {
    const missed = (recipients: number): number | undefined =>
      scoreOf(
        [
          { hour: 1, recipients },
          { hour: 2, verdict: 'hold' },
        ],
        { taken: [0, 48] },
      ).personas[0]?.misses.count;
    expect([missed(100), missed(101)]).toEqual([0, 1]);
  });

  it('is a miss without action in 14 days', () => {
    const missed = (hour: number): number | undefined =>
      scoreOf([{ hour: 1 }, { hour, verdict: 'hold' }], { taken: [0, 999] }).personas[0]?.misses
        .count;
    expect([missed(14 * 24), missed(14 * 24 + 2)]).toEqual([0, 1]);
  });

  it('has its time from the first message and from the first login', () => {
    const score = scoreOf([{ hour: 5 }, { hour: 8, verdict: 'hold' }], { taken: [0, 48] });
    expect(score.personas[0]?.hoursFromMessage.median).toBe(3);
    expect(score.personas[0]?.hoursFromTakeover.median).toBe(8);
  });

  it('is counted without a dated takeover too', () => {
    const score = scoreOf([
      { hour: 1, recipients: 2 },
      { hour: 3, verdict: 'hold' },
    ]);
    expect(score.personas).toMatchObject([{ persona: 'test', takeovers: 1, leak: { max: 2 } }]);
  });
});

describe('a false hold', () => {
  const held = (hour: number, more: Partial<Line> = {}): Line => ({
    hour,
    of: 'owner',
    verdict: 'hold',
    ...more,
  });
  // prettier-ignore
  const cases: readonly (readonly [string, readonly Line[], Setting, number])[] = [
    ['is a hold of the owner\'s mail',            [held(1)],                                 {},                 1],
    ['counts once in 24 hours',                  [held(1), held(2), held(24)],               {},                 1],
    ['counts again after 24 hours',              [held(1), held(25)],                        {},                 2],
    ['counts for each identity',                 [held(1), held(1, { identity: 'ann@x.example/app:7' })], {},    2],
    ['is a refusal too',                         [held(1, { verdict: 'reject' })],           {},                 1],
    ['is one recipient held too',                [held(1, { verdict: 'pass', perRecipient: { a: 'hold' } })], {}, 1],
    ['is no deferral',                           [held(1, { verdict: 'defer' })],            {},                 0],
    ['is none in a takeover',                    [held(1)],                                  { taken: [0, 5] },  0],
    ['is none soon after a takeover',            [held(70)],                                 { taken: [0, 5] },  0],
    ['is one long after a takeover',             [held(100)],                                { taken: [0, 5] },  1],
    ['is one while somebody only grieves',       [held(1)],                                  { taken: [0, 5], neverLock: true }, 1],
    ['is no login',                              [held(1, { of: 'login' })],                 {},                 0],
  ];

  it.each(cases)('%s', (_, lines, setting, count) => {
    expect(scoreOf(lines, setting).falseHolds.calendar.count).toBe(count);
  });

  it('is told per 10,000 identity-days, of the calendar and active', () => {
    const lines = [
      { hour: 0, of: 'owner' as const },
      held(30),
      { hour: 240, of: 'owner' as const },
    ];
    const { falseHolds } = scoreOf(lines);
    expect([falseHolds.calendar.of, falseHolds.active.of]).toEqual([10, 3]);
    expect(falseHolds.calendar.rate).toBe(0.1);
  });
});

describe('a false lock', () => {
  const at = (hour: number): Line => ({ hour, of: 'owner', rung: 'lock', verdict: 'reject' });

  it('counts once however long it lasts', () => {
    expect(scoreOf([at(1), at(12), at(30)]).falseLocks.calendar.count).toBe(1);
  });

  it('is none in a takeover, and one of a griever is told apart', () => {
    expect(scoreOf([at(1)], { taken: [0, 5] }).falseLocks.calendar.count).toBe(0);
    const grieved = scoreOf([at(1)], { taken: [0, 5], neverLock: true });
    expect(grieved.neverLock).toEqual({ cases: 1, locked: 1 });
    expect(grieved.falseLocks.calendar.count).toBe(1);
  });
});

describe('the score', () => {
  it('counts delayed messages and the median of what they are asked to wait', () => {
    const deferred = (hour: number, retryAfterSeconds: number): Line => ({
      hour,
      of: 'owner',
      verdict: 'defer',
      retryAfterSeconds,
    });
    const score = scoreOf([
      deferred(1, 60),
      deferred(2, 300),
      deferred(3, 600),
      { hour: 4, of: 'owner' },
    ]);
    expect(score.delayed).toMatchObject({ count: 3, of: 4 });
    expect(score.medianDelayMinutes).toBe(5);
  });

  it('says how many alarms are right, as the base rate allows', () => {
    const right: readonly Line[] = [{ hour: 1 }, { hour: 2, verdict: 'hold' }];
    const wrong: Line = {
      hour: 24 * 10_000,
      of: 'owner',
      account: 'bob@x.example',
      verdict: 'hold',
    };
    const quiet: Line = { hour: 0, of: 'owner', account: 'bob@x.example' };
    const { ppv } = scoreOf([quiet, ...right, wrong], { taken: [0, 24 * 10_000] });
    // One false alarm in 10,000 account-days: at 1e-5 one alarm in eleven is right.
    expect(ppv[0]?.hold.rate).toBeCloseTo(1 / 11, 3);
    expect(ppv[0]?.lock.rate).toBeUndefined();
  });
});
