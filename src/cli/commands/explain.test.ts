import { describe, expect, it } from 'vitest';
import { falseRateAt } from '../../core/detection/tail.ts';
import { asPasted, falseRateText } from './explain.ts';

describe('a reference as people paste it', () => {
  it.each(['Reference KJAED6E5', ' reference: KJAED6E5.', 'KJAED6E5', 'KJAED6E5. '])(
    'is read from "%s"',
    (text) => {
      expect(asPasted(text).trim()).toBe('KJAED6E5');
    },
  );
});

describe('how often good mail reaches a score', () => {
  const counted = [9_900, ...Array<number>(20).fill(0), 60, 30, 9, 1];

  it('is counted where as high was seen', () => {
    expect(falseRateText(1.1, falseRateAt(counted, 1.1))).toBe(
      'Good mail reaches 1.1 on 40 of 10,000 account-days (counted, 10000 days).\n',
    );
  });

  it('is never promised below one in as many days as were counted', () => {
    expect(falseRateText(30, falseRateAt(counted, 30))).toBe(
      'Good mail reaches 30 on 1 of 10,000 account-days (beyond what was seen, 10000 days).\n',
    );
  });

  it('is not said of too few days', () => {
    expect(falseRateText(9, falseRateAt([20, 1], 9))).toContain(
      'too few account-days were counted',
    );
  });
});
