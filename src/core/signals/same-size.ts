/**
 * Where no message is seen: about as long as one of the last days that went to quite different
 * people, as letters made from one pattern are.
 */
import { isNear } from './own-copies.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Measure } from './measure.ts';

/** Names and numbers in a pattern change its length by little. */
const TOLERANCE = 0.015;

export const sameSize: Measure = {
  signal: 'same-size',
  practice: 'SND-6',
  family: 'recipients',
  slot: 4,
  attack: [0.6, 0.8, undefined, undefined],
  prior: ({ facts }) => ({
    rate: facts.class === 'person' ? 0.15 : 0.9,
    strength: 20,
    low: 0.05,
    high: 0.95,
  }),
  look(subject) {
    const { content, event, facts, outcomes } = subject;
    const size = event.sizeBytes ?? 0;
    if (content !== undefined || size === 0 || facts.class === 'forward') return undefined;
    if ((outcomes?.strangers ?? 0) === 0) return false;
    return isOfOneLength(subject);
  },
  text: ({ event }, _isThere, usual) =>
    `It is as long (${event.sizeBytes ?? 0} bytes) as another to other strangers in the last three days; usually that is so of ${usual} of its messages.`,
};

/** About as long as a letter of the last days to somebody else. */
export function isOfOneLength(subject: SubmissionSubject): boolean {
  const size = subject.event.sizeBytes ?? 0;
  if (size === 0) return false;
  return subject.profile.detection
    .copies()
    .some((copy) => Math.abs(copy.sizeBytes - size) <= TOLERANCE * size && isNear(subject, copy));
}
