/** Events come out in the order of time, as far as the bounds allow. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PrimumEvent } from '../core/event.ts';
import { TimeOrder } from './time-order.ts';

const event = (atMs: number, id = String(atMs)): PrimumEvent => ({
  v: 1,
  kind: 'connection',
  id,
  at: new Date(atMs).toISOString(),
  clientAddress: '192.0.2.1',
});

function ordered(times: readonly number[], max = 1_000, waitMs = 100): number[] {
  const out: number[] = [];
  const order = new TimeOrder({ waitMs, max }, ({ at }) => void out.push(Date.parse(at)));
  for (const atMs of times) order.add(event(atMs));
  order.end();
  return out;
}

test('events that are late by less than the wait are put in their place', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(100))), (steps) => {
      let nowMs = 1_000;
      const times = steps.map(([step, late]) => (nowMs += step) - late);
      expect(ordered(times)).toEqual([...times].sort((a, b) => a - b));
    }),
  );
});

test('events of one time keep their order', () => {
  const out: string[] = [];
  const order = new TimeOrder({ waitMs: 0, max: 10 }, ({ id }) => void out.push(id));
  for (const id of ['a', 'b', 'c', 'd', 'e']) order.add(event(5, id));
  order.end();
  expect(out).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('one event from a wrong clock does not put the others out of order', () => {
  const far = 100 * 86_400_000;
  expect(ordered([1_000, far, 1_050, 1_020])).toEqual([1_000, 1_020, 1_050, far]);
});

test('over the bound the earliest goes, and nothing is lost', () => {
  const times = [5, 4, 3, 2, 1];
  expect(ordered(times, 2)).toHaveLength(times.length);
  expect(ordered(times, 2)[0]).toBe(3);
});
