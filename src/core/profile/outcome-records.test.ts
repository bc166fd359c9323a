/** The records of what came back: bounds, fuzz, and what they remember. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyedHash } from '../hash.ts';
import { REPLY_CLASSES } from '../reply-class.ts';
import { AccountRecord } from './account-record.ts';
import { OUTCOME_BYTES, OutcomeRecord } from './outcome-record.ts';
import type { SeenItem } from './seen-record.ts';
import {
  addSent,
  createSentPage,
  findSent,
  isSentPageFull,
  SENT_PAGE_BYTES,
  type SentName,
} from './sent-record.ts';
import { SLOT_SECONDS } from './slots.ts';
import {
  findSuppression,
  MAX_SUPPRESSION_ROWS,
  suppress,
  unsuppress,
} from './suppression-record.ts';
import { MAX_WEEK_ROWS, WEEK_RECORD_BYTES, WeekRecord } from './week-record.ts';
import { WRITTEN_BYTES, WrittenRecord } from './written-record.ts';

const NOW = Date.parse('2026-03-02T09:00:00.000Z');
const DAY = 86_400_000;
const word = fc.integer({ min: 0, max: 0xffff_ffff });
const item: fc.Arbitrary<SeenItem> = fc.tuple(word, word);
const bytes = fc.uint8Array({ maxLength: 3_000 });
const hash = createKeyedHash(new Uint8Array(16));
const itemOf = (n: number): SeenItem => {
  const [high = 0, low = 0] = hash.halves(`recipient|r${n}@dest.test`);
  return [high, low];
};

describe('a page of sent messages', () => {
  const sent = (atMs = NOW, identity = 'ann@example.org/main') => ({
    atMs,
    context: [1, 2] as const,
    recipients: 3,
    who: { account: identity.slice(0, identity.lastIndexOf('/')), identity },
  });
  const ask = (name: SentName) => ({ name, sinceMs: NOW - DAY, beforeMs: NOW + DAY });

  it('tells what was only watched from what was let go, whatever the count', () => {
    const page = createSentPage();
    addSent(page, [1, 1], { ...sent(), recipients: 100_000, isWatched: true });
    addSent(page, [2, 2], { ...sent(), recipients: 100_000 });
    expect(findSent(page, ask([1, 1]))).toMatchObject({ recipients: 32_767, isWatched: true });
    expect(findSent(page, ask([2, 2]))).toMatchObject({ recipients: 32_767, isWatched: false });
  });

  it('gives back what was put in, whatever the names', () => {
    fc.assert(
      fc.property(item, fc.string({ unit: 'grapheme', maxLength: 60 }), (name, login) => {
        const page = createSentPage();
        addSent(page, name, sent(NOW, `${login}/main`));
        expect(findSent(page, ask(name))).toEqual({
          account: login.toWellFormed(),
          identity: `${login.toWellFormed()}/main`,
          context: [1, 2],
          atMs: NOW,
          recipients: 3,
          isWatched: false,
        });
      }),
    );
  });

  it('never grows, is full before a row would not fit, and leaves out names that are too long', () => {
    const page = createSentPage();
    let count = 0;
    while (!isSentPageFull(page)) addSent(page, itemOf(count++), sent());
    expect(count).toBeGreaterThan(30);
    for (let i = 0; i < count; i += 1) expect(findSent(page, ask(itemOf(i)))).toBeDefined();
    addSent(page, [9, 9], sent(NOW, `${'x'.repeat(300)}/main`));
    expect(findSent(page, ask([9, 9]))).toBeUndefined();
    expect(page).toHaveLength(SENT_PAGE_BYTES);
  });

  it('finds the newest of one name, and none that is too new or too old', () => {
    const page = createSentPage();
    for (const days of [-5, -1, 0]) addSent(page, [7, 7], sent(NOW + days * DAY));
    const at = (sinceMs: number, beforeMs: number) =>
      findSent(page, { name: [7, 7], sinceMs, beforeMs })?.atMs;
    expect(at(NOW - 9 * DAY, NOW)).toBe(NOW);
    expect(at(NOW - 9 * DAY, NOW - 1)).toBe(NOW - DAY);
    expect(at(NOW + 1_000, NOW + DAY)).toBeUndefined();
  });

  it('damaged bytes are no page and harm nothing', () => {
    fc.assert(
      fc.property(bytes, item, (damaged, name) => {
        damaged[1] = 0xe0;
        findSent(damaged, ask(name));
        isSentPageFull(damaged);
      }),
    );
  });
});

describe('whom an account has written to', () => {
  const learn = (record: WrittenRecord, from: number, to: number, nowMs = NOW) => {
    for (let i = from; i < to; i += 1) {
      record.learn([itemOf(i)], { fresh: 1, goesOn: false, nowMs });
    }
  };

  it('is never forgotten by growing; the record is small for most and bounded for all', () => {
    const record = new WrittenRecord(undefined);
    learn(record, 0, 50);
    expect(record.toBytes().length).toBeLessThan(512);
    learn(record, 50, 2_000);
    for (let i = 300; i < 2_000; i += 1) expect(record.has(itemOf(i))).toBe(true);
    learn(record, 2_000, 60_000);
    expect(record.toBytes().length).toBeLessThanOrEqual(WRITTEN_BYTES);
  });

  it('takes about one new recipient in 100 for a known one, not many', () => {
    const record = new WrittenRecord(undefined);
    learn(record, 0, 3_000);
    let mistaken = 0;
    for (let i = 100_000; i < 110_000; i += 1) if (record.has(itemOf(i))) mistaken += 1;
    expect(mistaken).toBeLessThan(400);
  });

  it('is known for 90 days, and forgotten when it is not written to for long', () => {
    const record = new WrittenRecord(undefined);
    learn(record, 0, 5);
    learn(record, 5, 6, NOW + 46 * DAY);
    learn(record, 6, 7, NOW + 89 * DAY);
    expect(record.has(itemOf(0))).toBe(true);
    learn(record, 7, 8, NOW + 95 * DAY);
    learn(record, 8, 9, NOW + 145 * DAY);
    expect(record.has(itemOf(0))).toBe(false);
  });

  it('a burst ends after an hour, one that waits after a day', () => {
    const record = new WrittenRecord(undefined);
    learn(record, 0, 40);
    expect(record.burst(NOW + 3_600_000).count).toBe(40);
    expect(record.burst(NOW + 3_602_000).count).toBe(0);
    record.learnWait(NOW + 60_000);
    expect(record.burst(NOW + 20 * 3_600_000)).toMatchObject({
      count: 40,
      waitsSinceMs: NOW + 60_000,
    });
    expect(record.burst(NOW + 26 * 3_600_000).count).toBe(0);
  });

  it('any bytes are read without harm', () => {
    fc.assert(
      fc.property(bytes, item, (damaged, one) => {
        damaged[1] = 0xe2;
        const record = new WrittenRecord(damaged);
        record.burst(NOW);
        record.learn([one], { fresh: 1, goesOn: false, nowMs: NOW });
        expect(record.has(one)).toBe(true);
      }),
    );
  });
});

describe('what came back', () => {
  it('any events in any order keep the record within its bound and its sums plausible', () => {
    const event = fc.record({
      kind: fc.constantFrom('delivered', 'deferred', 'failed', 'complaint', 'back'),
      class: fc.constantFrom(...REPLY_CLASSES),
      hard: fc.boolean(),
      domain: fc.integer({ min: 1, max: 40 }),
      who: word,
      atMs: fc.integer({ min: -40, max: 40 }).map((hours) => NOW + hours * 3_600_000),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const record = new OutcomeRecord(undefined);
        for (const { kind, domain, who, atMs: nowMs, ...reading } of events) {
          if (kind === 'delivered') record.learnDelivered(domain, nowMs);
          else if (kind === 'deferred') record.learnDeferred(reading.class, nowMs);
          else if (kind === 'failed') record.learnFailure({ ...reading, domain, seen: who, nowMs });
          else if (kind === 'complaint') record.learnComplaint(nowMs, true);
          else record.takeBack(nowMs, { atMs: nowMs - (who % DAY), isShare: true });
        }
        const week = record.sums('week', NOW + 2 * DAY);
        const day = record.sums('day', NOW + 2 * DAY);
        const totals = record.totals();
        expect(record.toBytes().length).toBeLessThanOrEqual(OUTCOME_BYTES);
        expect(day.hard).toBeLessThanOrEqual(week.hard);
        expect(week.hard).toBeLessThanOrEqual(totals.hard);
        expect(week.unknown).toBeLessThanOrEqual(week.hard);
        expect(week.complaints).toBeLessThanOrEqual(totals.complaints);
      }),
    );
  });

  it('a destination that takes other mail is alive: all its failures count for the shares', () => {
    const failuresAt = (isAlive: boolean): number => {
      const record = new OutcomeRecord(undefined);
      for (let i = 0; i < 50; i += 1) {
        record.learnFailure({
          class: 'unknown-recipient',
          hard: true,
          domain: 5,
          seen: i * 2,
          nowMs: NOW,
        });
        if (isAlive) record.learnDelivered(5, NOW);
      }
      return record.sums('day', NOW).hard;
    };
    expect(failuresAt(false)).toBe(3);
    expect(failuresAt(true)).toBe(50);
  });

  it('a week later the sums are empty', () => {
    const record = new OutcomeRecord(undefined);
    record.learnComplaint(NOW, true);
    expect(record.sums('week', NOW + 7 * DAY).complaints).toBe(1);
    expect(record.sums('week', NOW + 8 * DAY).complaints).toBe(0);
    expect(record.sums('day', NOW + DAY).complaints).toBe(1);
    expect(record.sums('day', NOW + DAY + 2 * SLOT_SECONDS * 1000).complaints).toBe(0);
  });

  it('recipients sent to are summed in the account; records of before are widened', () => {
    const record = new AccountRecord(undefined);
    record.learnSent(40, NOW);
    record.learnSent(60, NOW + 3 * DAY);
    expect(record.sent('week', NOW + 3 * DAY)).toBe(100);
    expect(record.sent('day', NOW + 3 * DAY)).toBe(60);
    const old = new Uint8Array(48 + 64 + 192);
    old.set([1, 0xa0, 48, 0]);
    const widened = new AccountRecord(old);
    widened.learnSent(7, NOW);
    expect(widened.sent('day', NOW)).toBe(7);
  });
});

describe('what counts once a week', () => {
  it('FBK-8: forgets nothing of the week to make room, and makes room after it', () => {
    const record = new WeekRecord(undefined);
    for (let who = 0; who < MAX_WEEK_ROWS; who += 1) expect(record.note(who, 1, NOW)).toBe(true);
    expect(record.note(99_999, 1, NOW + 6 * DAY)).toBe(false);
    expect(record.of(0, NOW + 6 * DAY)).toEqual({ sinceMs: NOW, mark: 1 });
    expect(record.note(99_999, 1, NOW + 7 * DAY)).toBe(true);
    expect(record.of(1, NOW + 7 * DAY)).toBeUndefined();
    expect(record.toBytes()).toHaveLength(WEEK_RECORD_BYTES);
  });

  it('counts up to a bound in a week', () => {
    const record = new WeekRecord(undefined);
    const counted = [1, 2, 3].map(() => record.countUpTo(7, 2, NOW));
    expect(counted).toEqual([true, true, false]);
    expect(record.countUpTo(7, 2, NOW + 7 * DAY)).toBe(true);
  });

  it('any bytes are read without harm', () => {
    fc.assert(
      fc.property(bytes, word, (damaged, who) => {
        damaged[1] = 0xe5;
        const record = new WeekRecord(damaged);
        record.of(who, NOW);
        record.note(who, 3, NOW);
        expect(record.toBytes().length).toBeLessThanOrEqual(WEEK_RECORD_BYTES);
      }),
    );
  });
});

describe('recipients not to be written to again', () => {
  const since = { unknown: 0, complained: 0 };

  it('are kept in buckets of bounded length, the latest of them', () => {
    let record: Uint8Array | undefined;
    for (let i = 0; i < 100; i += 1) {
      record = suppress(record, {
        recipient: [1, i],
        account: 1,
        kind: 'unknown',
        nowMs: NOW + i * 1000,
      });
    }
    expect(record).toHaveLength(4 + MAX_SUPPRESSION_ROWS * 16);
    const found = (n: number) => findSuppression(record, { recipient: [1, n], account: 1, since });
    expect(found(99)).toMatchObject({ kind: 'unknown', isOwn: true });
    expect(found(10)).toBeUndefined();
  });

  it('leave no record behind when the last is taken back', () => {
    const entry = { recipient: [3, 4] as const, account: 1, kind: 'complained' as const };
    const record = suppress(undefined, { ...entry, nowMs: NOW });
    expect(unsuppress(record, { ...entry, account: 2 })).toBe(record);
    expect(unsuppress(record, entry)).toBeUndefined();
  });

  it('any bytes are read without harm', () => {
    fc.assert(
      fc.property(bytes, item, (damaged, recipient) => {
        damaged[1] = 0xe3;
        findSuppression(damaged, { recipient, account: 1, since });
        unsuppress(damaged, { recipient, account: 1, kind: 'unknown' });
      }),
    );
  });
});
