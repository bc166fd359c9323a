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

test('a share is kept for short work, and there is always one for long work', () => {
  const permits = createPermits(4, 10);
  const begun: string[] = [];
  const long = [1, 2, 3, 4].map((n) => permits.request(() => void begun.push(`long ${n}`), true)!);
  expect(long.map(({ isHeld }) => isHeld)).toEqual([true, true, true, false]);
  const [short, second] = ['a', 'b'].map((name) => permits.request(() => void begun.push(name))!);
  expect([short!.isHeld, second!.isHeld]).toEqual([true, false]);
  long[0]!.release();
  expect(begun).toEqual(['long 4']);
  short!.release();
  expect(begun).toEqual(['long 4', 'b']);
  expect(createPermits(1, 0).request(() => undefined, true)?.isHeld).toBe(true);
});
