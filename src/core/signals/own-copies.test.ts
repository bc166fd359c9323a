/** Which texts are copies of which: to quite different people, as far as can be told. */
import { expect, it } from 'vitest';
import type { Fingerprint } from '../message/fingerprint.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { copyOf, ownCopies } from './own-copies.ts';

const NOW = Date.UTC(2026, 2, 10);
const TEXT = Array.from({ length: 32 }, (_, i) => i + 1) as unknown as Fingerprint;
const OTHER = Array.from({ length: 32 }, (_, i) => i + 100) as unknown as Fingerprint;

const people = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `r${from + i}@d${(from + i) % 7}.test`);

function message(
  profile: IdentityProfile,
  envelopeRecipients: string[],
  { rows = TEXT, strangers = envelopeRecipients.length } = {},
): SubmissionSubject {
  return {
    profile,
    nowMs: NOW,
    facts: { class: 'person' },
    event: { envelopeRecipients, sizeBytes: 4_000 },
    outcomes: { strangers },
    content: { text: { rows, words: 40 } },
  } as unknown as SubmissionSubject;
}

/** What is said of a second message after a first. */
function second(first: string[], then: string[], how: Parameters<typeof message>[2] = {}) {
  const profile = new IdentityProfile(undefined);
  const copy = copyOf(message(profile, first), false);
  if (copy !== undefined) profile.detection.learnCopy(copy);
  return ownCopies.look(message(profile, then, how));
}

// prettier-ignore
const cases = [
  ['one stranger after another',            { first: people(0, 1),  then: people(1, 1) },                         true],
  ['the same one again',                    { first: people(0, 1),  then: people(0, 1) },                         false],
  ['a round to many other strangers',       { first: people(0, 25), then: people(40, 25) },                       true],
  ['the same round again',                  { first: people(0, 25), then: people(0, 25) },                        undefined],
  ['a round to many, mostly known by now',  { first: people(0, 25), then: people(40, 25), how: { strangers: 10 } }, undefined],
  ['a round, with another text',            { first: people(0, 25), then: people(40, 25), how: { rows: OTHER } }, false],
] as const;

it.each(cases)('one text to %s', (_, { first, then, ...more }, expected) => {
  expect(second(first, then, 'how' in more ? more.how : {})).toBe(expected);
});

it('of a place hardly known answers are kept to compare with, too; of a usual one approaches only', () => {
  const answer = message(new IdentityProfile(undefined), people(0, 1), { strangers: 0 });
  expect(copyOf(answer, true)).toBeDefined();
  expect(copyOf(answer, false)).toBeUndefined();
  expect(copyOf({ ...answer, content: undefined } as never, true)).toBeUndefined();
});
