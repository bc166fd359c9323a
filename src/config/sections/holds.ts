/** Held messages (CON-3, CON-4): whose they are, and their clocks. Taken up by a reload. */
import { z } from 'zod';
import { duration } from '../amounts.ts';
import { mailAddress } from '../net-values.ts';
import { text } from '../scalars.ts';

export const holdsSchema = z.strictObject({
  owner: text('abuse desk')
    .prefault('postmaster')
    .describe('Who answers for held messages, as reminders name the role.'),
  escalate_to: text('head of mail')
    .prefault('postmaster')
    .describe('Who does when nobody has decided in time.'),
  remind_after: duration('1s', '31d')
    .prefault('4h')
    .describe('A message that waits is told of again after this time, and every time it passes.'),
  escalate_after: duration('1s', '31d').prefault('12h').describe('Then it is escalated.'),
  expire_after: duration('1s', '31d')
    .prefault('1d')
    .describe(
      'Then it goes back to its sender with the reason, but not before an hour after it was ' +
        'escalated. A message whose sender is not of your domains stays held instead.',
    ),
  release_spacing: duration('1s', '1h')
    .prefault('5m')
    .describe(
      'A slowed message of a person is a short hold; of one account and context one lets itself go ' +
        'in this time, the first after five minutes at the latest.',
    ),
  check_every: duration('1s', '1h')
    .prefault('1m')
    .describe('How often the hold queue is compared with what is on record.'),
  notify_sender: z
    .boolean()
    .default(false)
    .describe('Whether a sender of your domains is told at once that his message waits.'),
  from: mailAddress()
    .optional()
    .describe(
      'Header From of notifications to senders. Else `alerts.postmaster`, else the sender of alerts.',
    ),
});
