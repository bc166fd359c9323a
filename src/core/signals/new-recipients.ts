/**
 * Most recipients are people the account has neither written to nor heard from. Thieves write to
 * strangers; everybody writes to many strangers at first and to few later. The prior by messages sent
 * is what real streams show (detection design 1.2: EU-core and DNC).
 */
import { recipientCount } from '../event.ts';
import type { Prior } from '../detection/rates.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Measure } from './measure.ts';

/** Share of strangers after so many messages. */
const CURVE: readonly (readonly [messages: number, rate: number])[] = [
  [0, 0.8],
  [7, 0.18],
  [31, 0.1],
  [127, 0.06],
];

const OF_CLASS = { application: 0.5, list: 0.3, device: 0.05, system: 0.05, forward: 0.5 } as const;

export const newRecipients: Measure = {
  signal: 'new-recipients',
  practice: 'SND-6',
  family: 'recipients',
  slot: 0,
  attack: [0.88, 0.35, undefined, 0.5],

  prior({ facts, profile }: SubmissionSubject): Prior {
    if (facts.class !== 'person') {
      return { rate: OF_CLASS[facts.class], strength: 20, low: 0.03, high: 0.95 };
    }
    return { rate: rateAfter(profile.messages), strength: 20, low: 0.03, high: 0.6 };
  },

  look({ outcomes, event, facts }: SubmissionSubject): boolean | undefined {
    if (outcomes === undefined || facts.class === 'forward') return undefined;
    const of = event.envelopeRecipients.length;
    if (of === 0) return undefined;
    return outcomes.strangers * 2 > of;
  },

  text({ outcomes, event }: SubmissionSubject, _isThere: boolean, usual: string): string {
    const of = recipientCount(event);
    return `${outcomes?.strangers ?? 0} of ${of} recipients never had mail from this account nor wrote to it; usually that is so of ${usual} of its messages.`;
  },
};

function rateAfter(messages: number): number {
  let rate = CURVE[0]?.[1] ?? 0.8;
  for (let i = 1; i < CURVE.length; i += 1) {
    const [from, before] = CURVE[i - 1] as readonly [number, number];
    const [to, after] = CURVE[i] as readonly [number, number];
    if (messages >= to) rate = after;
    else {
      const share = Math.log1p(messages - from) / Math.log1p(to - from);
      return before + share * (after - before);
    }
  }
  return rate;
}
