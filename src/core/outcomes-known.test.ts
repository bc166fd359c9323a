import { expect, it } from 'vitest';
import { beyondEverybodys } from './outcomes-known.ts';

// prettier-ignore
const cases = [
  ['the one recipient of a newcomer',                 { known: 1, hard: 1, complaints: 0 },   1],
  ['two of twenty',                                   { known: 20, hard: 2, complaints: 0 },  2],
  ['two of the sixty customers of a form, by chance', { known: 61, hard: 2, complaints: 0 },  0],
  ['three of sixty, which one week in four has',      { known: 61, hard: 3, complaints: 0 },  0],
  ['four of sixty',                                   { known: 61, hard: 4, complaints: 0 },  4],
  ['a refusal, and three complaints of sixty',        { known: 61, hard: 1, complaints: 3 },  4],
  ['four of ninety customers of a form, by chance',   { known: 92, hard: 4, complaints: 0 },  0],
  ['five of ninety',                                  { known: 92, hard: 5, complaints: 0 },  5],
  ['as many as everybody has, of many',               { known: 900, hard: 27, complaints: 0 }, 0],
  ['a few more, of many',                             { known: 900, hard: 31, complaints: 0 }, 0],
  ['a list that was bought',                          { known: 900, hard: 90, complaints: 1 }, 91],
] as const;

it.each(cases)('of %s', (_, week, failures) => {
  expect(beyondEverybodys({ unknown: week.hard, ...week })).toBe(failures);
});

it('of whom nothing is known', () => {
  expect(beyondEverybodys()).toBe(0);
});
