import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentKeys } from './recent-keys.ts';

describe('keys seen lately', () => {
  it('are found with their number, and others are not', () => {
    const keys = new RecentKeys(4);
    keys.set('a', 7);
    keys.set('b', -1);
    expect([keys.get('a'), keys.get('b'), keys.get('c'), keys.get('')]).toEqual([
      7,
      -1,
      undefined,
      undefined,
    ]);
  });

  it('keep the number given last', () => {
    const keys = new RecentKeys(4);
    keys.set('a', 1);
    keys.set('a', 2);
    expect(keys.get('a')).toBe(2);
  });

  it('are remembered for at least as many others as the size says, and then forgotten', () => {
    const size = 100;
    const keys = new RecentKeys(size);
    keys.set('first', 1);
    for (let i = 0; i < size; i += 1) keys.set(`other ${i}`, i);
    expect(keys.get('first')).toBe(1);
    for (let i = size; i < 2 * size + 1; i += 1) keys.set(`other ${i}`, i);
    expect(keys.get('first')).toBeUndefined();
  });

  it('say when older ones were forgotten', () => {
    const keys = new RecentKeys(2);
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => keys.set(key, 0))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('behave as a map does within the size, whatever the keys are', () => {
    const entries = fc.array(
      fc.tuple(fc.string(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    );
    fc.assert(
      fc.property(entries, fc.array(fc.string()), (given, asked) => {
        const keys = new RecentKeys(given.length + 1);
        const map = new Map<string, number>();
        for (const [key, value] of given) {
          keys.set(key, value);
          map.set(key, value);
        }
        for (const key of [...map.keys(), ...asked]) expect(keys.get(key)).toBe(map.get(key));
      }),
    );
  });
});
