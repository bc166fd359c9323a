import { expect, test } from 'vitest';
import { retryDelayMs } from './backoff.ts';
import { newIncidentId } from './ids.ts';

const options = { firstRetrySeconds: 5, maxRetrySeconds: 900 };

test.each([
  [0, 0, 2500],
  [0, 1, 5000],
  [1, 1, 10_000],
  [7, 1, 640_000],
  [8, 1, 900_000],
  [5000, 0.5, 675_000],
])('after %i attempts, with chance %d, the next is in %i ms', (attempts, chance, expected) => {
  expect(retryDelayMs(attempts, options, chance)).toBe(expected);
});

test('ids of incidents rise, within a millisecond and when the clock goes back', () => {
  const ids = [5, 5, 5, 9, 3, 3, 10].map((ms) => newIncidentId(1e12 + ms));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
