import { expect, test } from 'vitest';
import { AlertClock, SETTLE_MS } from './alert-clock.ts';

const NOW = 1_000_000;

test('SND-2: the first alert of a cause leaves at once, the others together when the window ends', () => {
  const clock = new AlertClock(60);
  expect(clock.notBefore('a', NOW)).toBe(NOW + SETTLE_MS);
  expect(clock.notBefore('a', NOW + 1)).toBe(NOW + 60_000);
  expect(clock.notBefore('a', NOW + 59_999)).toBe(NOW + 60_000);
  expect(clock.notBefore('b', NOW + 59_999)).toBe(NOW + 59_999 + SETTLE_MS);
});

test('SND-2: while a cause goes on there is one message a window', () => {
  const clock = new AlertClock(60);
  const leaves = new Set<number>();
  for (let second = 0; second < 600; second++) {
    leaves.add(clock.notBefore('a', NOW + second * 1000));
  }
  expect(leaves.size).toBe(11);
});

test('after a quiet window the next alert leaves at once again', () => {
  const clock = new AlertClock(60);
  clock.notBefore('a', NOW);
  expect(clock.notBefore('a', NOW + 60_000)).toBe(NOW + 60_000 + SETTLE_MS);
  clock.notBefore('a', NOW + 61_000);
  expect(clock.notBefore('a', NOW + 300_000)).toBe(NOW + 300_000 + SETTLE_MS);
});

test('remembers a bounded number of causes', () => {
  const clock = new AlertClock(60);
  clock.notBefore('first', NOW);
  for (let n = 0; n < 1000; n++) clock.notBefore(`cause ${n}`, NOW);
  expect(clock.notBefore('first', NOW)).toBe(NOW + SETTLE_MS);
  expect(clock.notBefore('cause 999', NOW)).toBe(NOW + 60_000);
});
