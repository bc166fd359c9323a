import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closestNames, MAX_NAMES } from './closest-names.ts';

// prettier-ignore
test.each([
  ['ann',   ['ann1', 'bob'],                  ['ann1']],
  ['ann',   ['xann', 'amm', 'anm', 'a'],      ['anm', 'xann', 'a']],
  ['ann',   ['annette', 'zoe'],               []],
  ['abab',  ['ab', 'ababab', 'abab0'],        ['abab0', 'ab', 'ababab']],
] as const)('of %s among %o: %o', (name, names, expected) => {
  expect(closestNames(name, names)).toEqual(expected);
});

test('one edit anywhere is found', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.nat(),
      fc.string({ maxLength: 1 }),
      (name, n, put) => {
        const at = n % name.length;
        const edited = name.slice(0, at) + put + name.slice(at + 1);
        expect(closestNames(name, [edited])).toEqual([edited]);
      },
    ),
  );
});

test('looks at so many names and no more', () => {
  const names = Array.from({ length: MAX_NAMES + 1 }, (_, i) => `account${i}@example.org`);
  names[MAX_NAMES] = 'bob@example.org';
  expect(closestNames('bob@example.org', names)).toEqual([]);
});
