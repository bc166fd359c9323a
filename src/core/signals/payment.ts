/**
 * Words of payment. Everybody writes them now and then and a bookkeeper all day, so only the own rate
 * tells; who forges a chief's or a supplier's mail cannot do without (detection design 1.2, BEC).
 */
import type { Measure } from './measure.ts';
import { freemailReplyTo } from './reply-to.ts';
import { WORDS } from './wording.ts';

export const payment: Measure = {
  signal: 'payment',
  practice: 'SND-6',
  family: 'content',
  slot: 6,
  attack: [undefined, undefined, undefined, 0.7],
  prior: ({ facts }) => ({
    rate: facts.class === 'person' ? 0.08 : 0.5,
    strength: 30,
    low: 0.03,
    high: 0.9,
  }),
  look(subject) {
    const { content, facts, world } = subject;
    if (content === undefined || facts.class === 'forward') return undefined;
    const words = content.derived.paymentWords;
    if (words === undefined) return undefined;
    if (words >= WORDS) return true;
    // Who has the answers sent elsewhere asks there: the first letter only opens.
    const rules = world.policy.content;
    return freemailReplyTo({ subject, content, rules }) === undefined ? false : undefined;
  },
  text: ({ content }, _isThere, usual) =>
    `It is about payment (${content?.derived.paymentWords ?? 0} such words); usually that is so of ${usual} of its messages.`,
};
