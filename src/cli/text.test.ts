import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, figure, harmless, indent, oneLine, span, table, when } from './text.ts';

describe('a table', () => {
  it('has columns as wide as their widest cell, numbers to the right', () => {
    expect(
      table(
        ['Account', 'Used', 'Why'],
        [
          ['ann', 12, 'x'],
          ['müller@example.org', 7.456, undefined],
        ],
      ),
    ).toBe(
      'Account             Used  Why\nann                   12  x\nmüller@example.org  7.46  -\n',
    );
  });
});

describe('a cell', () => {
  it('stays on its line whatever somebody wrote into it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (why) => {
        const lines = table(['Why'], [[`a\n\r\u2028${why}\nb`]]).split(/[\n\r\u2028\u2029\u0085]/);
        expect(lines).toHaveLength(3);
      }),
    );
  });
});

describe('text for people', () => {
  // prettier-ignore
  const cases = [
    [span(60),                          '1 min'],
    [span(90),                          '90 s'],
    [span(3600),                        '1 h'],
    [span(5400),                        '90 min'],
    [span(604_800),                     '7 d'],
    [span(0),                           '0 s'],
    [figure(0.125),                     '0.13'],
    [counted(1, 'message'),             '1 message'],
    [counted(0, 'message'),             '0 messages'],
    [when('2026-11-21T01:38:10.123Z'),  '2026-11-21 01:38'],
    [when('long ago'),                  'long ago'],
    [indent('a\n\nb\n'),                '  a\n\n  b\n'],
  ] as const;

  it.each(cases)('%o is %o', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('never lets a terminal see a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(harmless(text).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('a tab', () => {
  it('is a blank: most headers are folded with one', () => {
    expect(harmless('Received: from a\n\tby b\u001b')).toBe('Received: from a\n by b\ufffd');
    expect(oneLine('a\tb')).toBe('a b');
  });
});
