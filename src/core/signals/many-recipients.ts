/** Eight recipients and more in one message: how colleagues are phished from a colleague's account. */
import { recipientCount } from '../event.ts';
import type { Measure } from './measure.ts';

const MANY = 8;

export const manyRecipients: Measure = {
  signal: 'many-recipients',
  practice: 'SND-6',
  family: 'recipients',
  slot: 1,
  attack: [0.15, 0.6, undefined, undefined],
  prior: ({ facts }) => ({
    rate: facts.class === 'list' ? 0.5 : 0.03,
    strength: 40,
    low: 0.01,
    high: 0.9,
  }),
  look: ({ event, facts }) =>
    facts.class === 'forward' || event.abandoned === true
      ? undefined
      : recipientCount(event) >= MANY,
  text: ({ event }, _isThere, usual) =>
    `${recipientCount(event)} recipients in one message; ${MANY} or more have ${usual} of its messages.`,
};
