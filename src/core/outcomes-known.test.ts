import { expect, it } from 'vitest';
import { beyondEverybodys } from './outcomes-known.ts';

// prettier-ignore
const cases = [
  ['the one recipient of a newcomer',                 { known: 1, hard: 1, complaints: 0 },   1],
  ['two of twenty',                                   { known: 20, hard: 2, complaints: 0 },  2],
  ['two of the sixty customers of a form, by chance', { known: 61, hard: 2, complaints: 0 },  0],
  ['four of sixty, which one week in nine has',       { known: 61, hard: 4, complaints: 0 },  0],
  ['five of sixty',                                   { known: 61, hard: 5, complaints: 0 },  5],
  ['two refusals, and three complaints of sixty',     { known: 61, hard: 2, complaints: 3 },  5],
  ['four of ninety customers of a form, by chance',   { known: 92, hard: 4, complaints: 0 },  0],
  ['seven of ninety',                                 { known: 92, hard: 7, complaints: 0 },  7],
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
