import { expect, test } from 'vitest';
import { FirstEntry } from './first-entry.ts';

test('the oldest entry, whatever was deleted and comes again', () => {
  const map = new Map<string, number>();
  const first = new FirstEntry(map);
  expect(first.get()).toBeUndefined();
  map.set('a', 1).set('b', 2).set('c', 3);
  expect(first.get()).toEqual(['a', 1]);
  expect(first.get()).toEqual(['a', 1]);
  map.delete('a');
  map.delete('b');
  map.set('a', 4);
  expect(first.get()).toEqual(['c', 3]);
  map.delete('c');
  expect(first.get()).toEqual(['a', 4]);
  map.clear();
  expect(first.get()).toBeUndefined();
  map.set('d', 5);
  expect(first.get()).toEqual(['d', 5]);
});

test('is the same as a new iterator gives, in any order of work', () => {
  const map = new Map<number, number>();
  const first = new FirstEntry(map);
  let state = 7;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % below;
  };
  for (let i = 0; i < 20_000; i += 1) {
    const key = random(50);
    if (random(3) === 0) map.delete(key);
    else if (!map.has(key)) map.set(key, i);
    if (random(2) === 0) expect(first.get()).toEqual(map.entries().next().value);
  }
});
