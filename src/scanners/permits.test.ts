/** Never more at once than allowed, in order, and nobody waits for ever. */
import { expect, test } from 'vitest';
import { createPermits } from './permits.ts';

test('the next in line begins when one is given back, and who left is passed over', () => {
  const permits = createPermits(2, 10);
  const begun: string[] = [];
  const ask = (name: string) => {
    const permit = permits.request(() => void begun.push(name))!;
    if (permit.isHeld) begun.push(name);
    return permit;
  };
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(ask);
  expect(begun).toEqual(['a', 'b']);
  c!.release();
  a!.release();
  a!.release();
  expect(begun).toEqual(['a', 'b', 'd']);
  expect([permits.held, permits.waiting]).toEqual([2, 0]);
  b!.release();
  d!.release();
  expect(permits.held).toBe(0);
});

test('over the bound of the queue there is none', () => {
  const permits = createPermits(1, 1);
  const first = permits.request(() => undefined);
  expect(first?.isHeld).toBe(true);
  expect(permits.request(() => undefined)?.isHeld).toBe(false);
  expect(permits.request(() => undefined)).toBeUndefined();
});
