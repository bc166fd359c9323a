/** `primum config explain` and the guess at what was meant. */
import { describe, expect, test } from 'vitest';
import { KEYS } from './catalogue.ts';
import { explainKey } from './explain.ts';
import { nearest } from './nearest.ts';

describe('config explain', () => {
  test('explains every key there is, with kind and effect', () => {
    for (const { key } of KEYS) {
      const explained = explainKey(key);
      expect(explained.ok && explained.value).toMatch(/^.+\n[\s\S]+\nA change/);
    }
  });

  test('takes indexes and names of groups as they are written in a file', () => {
    const explained = explainKey('policy.groups.sales.limits[2].window');
    expect(explained.ok && explained.value).toContain('Length of the sliding window.');
  });

  test('says which key may be meant', () => {
    expect(explainKey('polcy.mode')).toEqual({
      ok: false,
      reason: 'There is no key "polcy.mode". Did you mean "policy.mode"?',
    });
    expect(explainKey('segment_size')).toMatchObject({
      reason: 'There is no key "segment_size". Did you mean "journal.segment_size"?',
    });
    expect(explainKey('no such thing at all')).toMatchObject({
      reason: 'There is no key "no such thing at all". Try `primum config print`.',
    });
  });

  test('a section lists what is in it', () => {
    const explained = explainKey('journal');
    expect(explained.ok && explained.value).toContain('journal.retention (a duration)');
  });
});

describe('the nearest word', () => {
  // prettier-ignore
  test.each([
    ['lisen',        ['listen', 'timeout'],      'listen'],
    ['password',     ['password_file', 'port'],  'password_file'],
    ['on-failure',   ['on_failure'],             'on_failure'],
    ['Mode',         ['mode'],                   'mode'],
    ['colour',       ['level'],                  undefined],
    ['x',            ['to', 'from'],             undefined],
    ['y'.repeat(99), ['y'.repeat(98)],           undefined],
  ])('to "%s" among %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});
