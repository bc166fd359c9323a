/**
 * A message that asks for no money, no password, and no answer elsewhere. Who forges a chief's or a
 * supplier's mail has to ask for something: that it does not, speaks against that hypothesis.
 */
import type { Evidence } from '../evidence.ts';
import type { Four } from '../detection/hypotheses.ts';
import type { Looked } from '../rules/content.ts';
import { freemailReplyTo } from './reply-to.ts';
import { WORDS, wording } from './wording.ts';

const BY: Four = [-0.1, -0.1, -0.1, -0.3];

export function asksNothing(looked: Looked): Evidence | undefined {
  const { paymentWords, credentialWords } = looked.content.derived;
  if (paymentWords === undefined && credentialWords === undefined) return undefined;
  // A demand in a running conversation needs no link.
  if ((paymentWords ?? 0) >= WORDS || (credentialWords ?? 0) >= WORDS) return undefined;
  if (freemailReplyTo(looked) !== undefined || wording(looked) !== undefined) return undefined;
  return {
    signal: 'asks-nothing',
    practice: 'SND-6',
    family: 'content',
    weight: BY[0],
    by: BY,
    text: 'It asks for nothing.',
  };
}
