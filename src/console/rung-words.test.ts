/** Observe mode stops nobody, and no words may say that it does; what holds an account is a sentence. */
import { expect, test } from 'vitest';
import { laddersOf, whyNotFree } from './rung-words.ts';

const counts = { throttle: 2, hold: 0, lock: 1 };

test.each([
  [
    'observe',
    '2 would be slowed, 0 would be kept for a review, 1 would be locked out. Nothing is stopped: everything is only observed.',
  ],
  ['enforce', '2 slowed, 0 kept for a review, 1 locked out.'],
  [
    'mixed',
    '2 slowed, 0 kept for a review, 1 locked out. Some of it is only observed and not stopped: each account says so.',
  ],
] as const)('accounts on the ladder in the mode %s', (mode, words) => {
  expect(laddersOf({ counts, mode })).toBe(words);
});

test('an account that is not free says what holds it, and whether that acts', () => {
  const standing = {
    ...{ account: 'ann@example.org', identity: '', rung: 'hold' as const },
    ...{ since: new Date(Date.now() - 7_200_000).toISOString(), why: 'It wrote to 180 strangers.' },
  };
  expect(whyNotFree({ ...standing, enforced: true })).toBe(
    'Its mail is kept for a review, reached 2 h ago: It wrote to 180 strangers. Release lets it start anew; after a quiet time it comes down by itself.',
  );
  expect(
    whyNotFree({ ...standing, why: '', identity: 'ann@example.org/app', enforced: false }),
  ).toMatch(/^The mail of ann@example\.org\/app would be kept for a review, reached 2 h ago: the/);
});
