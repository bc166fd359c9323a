/** Numbers as Postfix writes them: digits, and nothing else counts. */
import { expect, it } from 'vitest';
import { wholeNumber } from './submission.ts';

it.each([
  ['0', 0],
  ['', 0],
  ['12', 12],
  ['0012', 12],
  ['-1', 0],
  ['1e9', 0],
  ['0x10', 0],
  ['1.5', 0],
  ['NaN', 0],
  ['99999999999999999999', Number.MAX_SAFE_INTEGER],
])('of %j recipients %d are counted', (text, count) => {
  expect(wholeNumber(text)).toBe(count);
});
