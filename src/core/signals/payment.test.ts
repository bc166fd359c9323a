/** Who forges a request asks for money, sooner or later (design 1.2, BEC). */
import { expect, it } from 'vitest';
import type { SubmissionSubject } from '../rules/finding.ts';
import { payment } from './payment.ts';

const letter = (paymentWords: number | undefined, replyTo?: string): SubmissionSubject =>
  ({
    event: {
      envelopeSender: 'ann@example.org',
      message: { replyTo, headerFrom: 'ann@example.org' },
    },
    facts: { class: 'person', addresses: ['ann@example.org'], domains: [], tenant: 'example.org' },
    world: { isFreemail: (domain: string) => domain === 'freemail.test', policy: {} },
    content: { derived: { paymentWords }, replyToIsUsual: false },
  }) as unknown as SubmissionSubject;

// prettier-ignore
const cases = [
  ['two words of payment',                         letter(2),                      true],
  ['one, which stands in any letter',              letter(1),                      false],
  ['none, and answers are to go to a freemail box', letter(0, 'x@freemail.test'),  undefined],
  ['two, and answers are to go there',             letter(2, 'x@freemail.test'),   true],
  ['none, and answers come back to the sender',    letter(0, 'me@example.org'),    false],
  ['words that were not read',                     letter(undefined),              undefined],
] as const;

it.each(cases)('%s', (_, subject, expected) => {
  expect(payment.look(subject)).toBe(expected);
});
