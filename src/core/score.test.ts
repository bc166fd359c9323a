/** Which rung a score asks for (detection design 1.6): what holds at home, and what may lock at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAMILIES, type Family } from './detection/hypotheses.ts';
import { rungOfScore } from './score.ts';

const THRESHOLDS = { throttle: 5.5, hold: 9, lock: 13 };
const none = Object.fromEntries(FAMILIES.map((family) => [family, 0])) as Record<Family, number>;

describe('a lock by score', () => {
  it("is impossible without failures beyond everybody's share, whatever the sums", () => {
    fc.assert(
      fc.property(
        fc.record(
          Object.fromEntries(
            FAMILIES.map((family) => [family, fc.double({ min: -2, max: 8, noNaN: true })]),
          ),
        ),
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.boolean(),
        (sums, score, isSeen) => {
          const scored = { sums: { ...none, ...sums }, score, isSeen, failures: 0 };
          expect(rungOfScore(scored, THRESHOLDS)).not.toBe('lock');
        },
      ),
    );
  });

  const loud = { ...none, context: 6, recipients: 6, content: 5, outcomes: 8 };

  it('takes three that failed, and evidence of this place itself', () => {
    const scored = { sums: loud, score: 20, failures: 3 };
    expect(rungOfScore(scored, THRESHOLDS)).toBe('lock');
    expect(rungOfScore({ ...scored, failures: 2 }, THRESHOLDS)).toBe('hold');
    const itself = { sums: { ...none, context: 2.6 }, score: 1.2 };
    expect(rungOfScore({ ...scored, itself }, THRESHOLDS)).toBe('hold');
  });

  it('is for people: a program is held at most', () => {
    const scored = { sums: loud, score: 20, failures: 9 };
    expect(rungOfScore(scored, THRESHOLDS, 'application')).toBe('hold');
  });
});

describe('a hold', () => {
  const home = { ...none, recipients: 6, content: -0.7 };
  const away = { ...home, context: 4 };
  // prettier-ignore
  const cases = [
    ['one refusal of mail from home',                        { sums: { ...home, outcomes: 4.5 } },                    'throttle'],
    ['two refusals of mail from home',                       { sums: { ...home, outcomes: 7 } },                      'hold'],
    ['one refusal of mail from a new place',                 { sums: { ...away, outcomes: 4.5 } },                    'hold'],
    ['one refusal of the many letters of a form',            { sums: { ...away, outcomes: 4.5 }, isCopy: true },      'throttle'],
    ['nothing but strangers, from a new program',            { sums: away },                                          'throttle'],
    ['nothing but strangers, each with a letter of its own', { sums: away, isStrange: true },                         'hold'],
    ['nothing but strangers, all with one letter',           { sums: away, isStrange: true, isCopy: true },           'throttle'],
    ['copies of one letter with a link to one host',         { sums: { ...away, content: 1.6 }, isCopy: true },       'throttle'],
    ["copies of one answer, with it, in others' conversations", { sums: { ...away, content: 1.6 }, isCopy: true, hypothesis: 'thread' }, 'hold'],
    ['answers of their own, with one link',                  { sums: { ...away, content: 1.6 }, hypothesis: 'thread' }, 'throttle'],
    ['nothing odd, written in a browser far from home',       { sums: away, isBrowser: true },                          'hold'],
    ['nothing odd, written in a browser at home',             { sums: { ...home, outcomes: 4.5 }, isBrowser: true },    'throttle'],
    ['no content where no message was seen',                 { sums: { ...away, content: 0 }, isSeen: false },        'hold'],
    ['letters of one length, where none was seen',           { sums: { ...away, content: 0 }, isSeen: false, isCopy: true }, 'throttle'],
    ['such letters, and two that did not exist',             { sums: { ...away, content: 0, outcomes: 4.5 }, isSeen: false, isCopy: true }, 'hold'],
    ["a form's failures below everybody's share",            { sums: { ...home, outcomes: 7 }, isProgram: true, failures: 0 }, 'throttle'],
    ["a form's failures beyond everybody's share",           { sums: { ...home, outcomes: 7 }, isProgram: true, failures: 4 }, 'hold'],
    ["an owner's harmless mail at home, failures below it",  { sums: { ...home, outcomes: 7 }, failures: 0 },         'throttle'],
    ["an owner's harmless mail at home, failures beyond it", { sums: { ...home, outcomes: 7 }, failures: 4 },         'hold'],
    ["an owner's mail with a link new here, and failures",   { sums: { ...home, content: 1.6, outcomes: 7 }, failures: 0 }, 'hold'],
    ['a letter of a form, and others with words like it',    { sums: { ...away, cross: 2.5 }, isCopy: true },         'throttle'],
    ['a letter of several who begin to write to strangers',  { sums: { ...away, cross: 5 }, isCopy: true },           'hold'],
    ['a letter of its own that others have nearly, too',     { sums: { ...away, cross: 2.5 } },                       'hold'],
    ['no content where the message was seen',                { sums: { ...away, content: 0 }, isSeen: true },         'throttle'],
  ] as const;

  it.each(cases)('with %s', (_, scored, rung) => {
    expect(rungOfScore({ isSeen: true, score: 10, ...scored }, THRESHOLDS)).toBe(rung);
  });
});
