/** Who was asked to wait: how long, in which order, and how many are remembered. */
import { describe, expect, it } from 'vitest';
import { ASKED, strangersOf } from './asked-ring.ts';
import type { SeenItem } from './seen-record.ts';
import { WrittenRecord } from './written-record.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 2, 9);

const people = (...numbers: readonly number[]) =>
  strangersOf(numbers.map((number): SeenItem => [number * 7_919, number * 104_729]));

function recordAsked(numbers: readonly number[], atMs = START): WrittenRecord {
  const record = new WrittenRecord(undefined);
  for (const number of numbers) record.learnAsked(people(number), atMs);
  return record;
}

describe('mail to strangers that was asked to wait', () => {
  it('is not known before, waits five minutes, and stays asked from the first time', () => {
    const record = recordAsked([1]);
    expect(record.isDue(people(2), START)).toBeUndefined();
    expect(record.isDue(people(1), START + 5 * MINUTE - 1_000)).toBe(false);
    expect(record.learnAsked(people(1), START + 4 * MINUTE)).toBe(false);
    expect(record.isDue(people(1), START + 5 * MINUTE)).toBe(true);
  });

  it('is let go one stranger in five minutes', () => {
    const record = recordAsked([1, 2]);
    record.learnAsked(people(3, 4, 5), START);
    const later = START + 10 * MINUTE;
    record.learnLet(people(3, 4, 5), later);
    expect(record.isDue(people(3, 4, 5), later)).toBeUndefined();
    expect(record.isDue(people(1), later + 15 * MINUTE - 1_000)).toBe(false);
    expect(record.isDue(people(1), later + 15 * MINUTE)).toBe(true);
    record.learnLet(people(1), later + 15 * MINUTE);
    expect(record.isDue(people(2), later + 19 * MINUTE)).toBe(false);
    expect(record.isDue(people(2), later + 20 * MINUTE)).toBe(true);
  });

  it('waits a day at most for a message to very many', () => {
    const record = recordAsked([0]);
    const many = people(...Array.from({ length: 5_000 }, (_, i) => i + 1));
    record.learnAsked(many, START);
    record.learnLet(many, START + HOUR);
    expect(record.isDue(people(0), START + 25 * HOUR)).toBe(true);
  });

  it('is the same in whatever order its recipients come', () => {
    const record = new WrittenRecord(undefined);
    record.learnAsked(people(1, 2, 3), START);
    expect(record.isDue(people(3, 1, 2), START + HOUR)).toBe(true);
    expect(record.isDue(people(1, 2), START + HOUR)).toBeUndefined();
  });

  it('is remembered of so many, the first of them, until they come no more', () => {
    const numbers = Array.from({ length: ASKED + 3 }, (_, i) => i + 1);
    const record = recordAsked(numbers);
    const known = (atMs: number): number =>
      numbers.filter((number) => record.isDue(people(number), atMs) !== undefined).length;
    expect(known(START + HOUR)).toBe(ASKED);
    expect(record.learnAsked(people(ASKED + 1), START + HOUR)).toBe(false);
    // Two hours later another may have the place of one who did not come again.
    expect(record.learnAsked(people(ASKED + 1), START + 3 * HOUR)).toBe(true);
    expect(record.isDue(people(1), START + 4 * HOUR)).toBeUndefined();
    expect(record.isDue(people(2), START + 4 * HOUR)).toBe(true);
    expect(known(START + 6 * 24 * HOUR)).toBe(0);
  });

  it('is not kept for years by a clock that was set back', () => {
    const record = recordAsked([1], START + 900 * 24 * HOUR);
    expect(record.isDue(people(1), START)).toBeUndefined();
    expect(record.learnAsked(people(1), START)).toBe(true);
    expect(record.isDue(people(1), START + 5 * MINUTE)).toBe(true);
  });

  it('nor are those who come after what was let go by such a clock', () => {
    const ahead = START + 900 * 24 * HOUR;
    const record = recordAsked([1], ahead);
    record.learnLet(people(1), ahead + HOUR);
    record.learnAsked(people(2), START);
    expect(record.isDue(people(2), START + 5 * MINUTE)).toBe(true);
  });

  it('takes no room in the records of those who never were', () => {
    const record = new WrittenRecord(undefined);
    record.learn([[1, 2]], { fresh: 1, goesOn: false, nowMs: START });
    const before = record.toBytes().length;
    record.learnLet(people(1), START);
    expect(record.toBytes()).toHaveLength(before);
    record.learnAsked(people(1), START);
    expect(record.toBytes()).toHaveLength(before + 4 + ASKED * 8);
    expect(record.has([1, 2])).toBe(true);
    expect(new WrittenRecord(record.toBytes()).isDue(people(1), START + HOUR)).toBe(true);
  });
});
