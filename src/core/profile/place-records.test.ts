/** Who came to a place, and the last strangers of an account: bounds, fuzz, and what they remember. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { APPROACHES } from './approach-ring.ts';
import { PLACE_BYTES, PlaceRecord } from './place-record.ts';
import { WrittenRecord } from './written-record.ts';

const NOW = Date.parse('2026-03-02T09:00:00.000Z');
const HOUR = 3_600_000;
const bytes = fc.uint8Array({ maxLength: 1_000 });

describe('the accounts at a place', () => {
  const visitors = (count: number, isNew: boolean, nowMs = NOW): PlaceRecord => {
    const record = new PlaceRecord(undefined);
    for (let i = 1; i <= count; i += 1) {
      record.learn({ account: i, tenant: i, nowMs: nowMs + i * 1_000 }, isNew);
    }
    return record;
  };
  const me = { account: 99, tenant: 99, nowMs: NOW };

  it('are counted apart, those for whom it is new and those at home, for 72 hours', () => {
    expect(visitors(3, true).companyWith(me)).toEqual({
      newcomers: 4,
      tenants: 4,
      usual: 0,
      colleagues: 0,
    });
    expect(visitors(3, false).companyWith(me)).toEqual({
      newcomers: 1,
      tenants: 1,
      usual: 3,
      colleagues: 0,
    });
    const later = { ...me, nowMs: NOW + 73 * HOUR };
    expect(visitors(3, true).companyWith(later)).toEqual({
      newcomers: 1,
      tenants: 1,
      usual: 0,
      colleagues: 0,
    });
  });

  it('are colleagues where they are of the same tenant and at home, for two weeks', () => {
    const record = new PlaceRecord(undefined);
    record.learn({ account: 1, tenant: 5, nowMs: NOW }, false);
    record.learn({ account: 2, tenant: 5, nowMs: NOW }, true);
    record.learn({ account: 3, tenant: 6, nowMs: NOW }, false);
    record.learn({ account: 4, tenant: 5, nowMs: NOW }, false);
    const of = (account: number, days: number): number =>
      record.companyWith({ account, tenant: 5, nowMs: NOW + days * 24 * HOUR }).colleagues;
    expect([of(9, 1), of(4, 1), of(9, 13), of(9, 15)]).toEqual([2, 1, 2, 0]);
  });

  it('are written down again after half a day, in a room that never grows', () => {
    const record = visitors(500, true);
    expect(record.toBytes()).toHaveLength(PLACE_BYTES);
    const last = { account: 500, tenant: 500, nowMs: NOW + 500_000 };
    expect(record.has(last)).toBe(true);
    expect(record.has({ ...last, nowMs: NOW + 13 * HOUR })).toBe(false);
    expect(record.has({ ...last, account: 3 })).toBe(false);
  });

  it('any bytes are read without harm', () => {
    const sized = fc.uint8Array({ minLength: PLACE_BYTES, maxLength: PLACE_BYTES });
    fc.assert(
      fc.property(fc.oneof(bytes, sized), (damaged) => {
        damaged[1] = 0xe5;
        const record = new PlaceRecord(damaged);
        record.learn(me, true);
        expect(record.has(me)).toBe(true);
        expect(record.companyWith(me).newcomers).toBeLessThanOrEqual(16);
        expect(record.toBytes()).toHaveLength(PLACE_BYTES);
      }),
    );
  });
});

describe('the last strangers of an account', () => {
  const approach = (n: number) => ({
    item: [n, n] as const,
    context: 7,
    atSeconds: NOW / 1000 + n,
  });

  it('are kept newest first, as many as there is room for', () => {
    const record = new WrittenRecord(undefined);
    for (let n = 0; n < 100; n += 1) record.learnApproach(approach(n));
    const kept = new WrittenRecord(record.toBytes()).approaches();
    expect(kept).toHaveLength(APPROACHES);
    expect(kept[0]).toEqual(approach(99));
    expect(kept.at(-1)).toEqual(approach(100 - APPROACHES));
  });

  it('are none in a record of before, which goes on knowing whom it knew', () => {
    const record = new WrittenRecord(undefined);
    record.learn([[1, 2]], { fresh: 1, goesOn: false, nowMs: NOW });
    const now = record.toBytes();
    const start = new DataView(now.buffer).getUint16(2, true);
    const before = new Uint8Array([...now.subarray(0, 32), ...now.subarray(start)]);
    new DataView(before.buffer).setUint16(2, 32, true);
    before[0] = 1;
    const read = new WrittenRecord(before);
    expect(read.approaches()).toEqual([]);
    expect(read.has([1, 2])).toBe(true);
    read.learnApproach(approach(1));
    expect(read.approaches()).toEqual([approach(1)]);
    expect(read.has([1, 2])).toBe(true);
  });

  it('any bytes are read without harm', () => {
    fc.assert(
      fc.property(bytes, (damaged) => {
        damaged[1] = 0xe2;
        const record = new WrittenRecord(damaged);
        expect(record.approaches().length).toBeLessThanOrEqual(APPROACHES);
        record.learnApproach(approach(5));
        expect(record.approaches()[0]).toEqual(approach(5));
      }),
    );
  });
});
