/** Campaigns over accounts, and how far each reaches. */
import { z } from 'zod';
import type { Campaign, Member, Reach } from '../../../desk/contract.ts';

const text = z.string();
const count = z.number();
const at = z.string().describe('RFC 3339, UTC.');

export const campaignQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(90).default(30),
});
const amount = z.object({ messages: count, recipients: count });
export const reach = z
  .object({
    accounts: count,
    locked: count.describe('Of these, locked when it was counted.'),
    messages: count.describe(
      'Messages of these accounts that carry what they share (a text, link or subject, else the ' +
        'address), from a day before their first incident on; all of them where nothing is shared.',
    ),
    recipients: count.describe('Recipients of these messages.'),
    left: amount.describe('Of these, what was let go.'),
    at: at.describe('When it was counted.'),
    isCut: z.boolean().describe('The journal may have more: the figures are at least so large.'),
  })
  .describe('How far it reaches (its blast radius).') satisfies z.ZodType<Reach>;
export const member = z.object({
  account: text,
  isLocked: z.boolean(),
  decisions: count.describe('Of all its incidents in the time of the campaign.'),
  incident: z
    .object({
      id: text,
      summary: text,
      state: z.enum(['open', 'closed']),
      openedAt: at,
      reference: text.describe('Of its newest decision; empty where none is named.'),
    })
    .exactOptional()
    .describe('Its newest; absent where it has none.'),
}) satisfies z.ZodType<Member>;
/** Characters of one trait. */
const MAX_TRAIT = 200;

export const campaignParams = z.strictObject({
  shared: z
    .string()
    .min(1)
    .max(MAX_TRAIT)
    .describe('Something that its accounts share, as the list names it.'),
});
export const campaignView = z.object({
  shared: z.array(text).describe('What the incidents have in common, such as `link:evil.example`.'),
  accounts: z.array(text).describe('The first few where campaigns are listed, else all.'),
  accountCount: count.describe('How many accounts it has.'),
  incident: text
    .exactOptional()
    .describe('The open incident over all of them, where somebody has opened it.'),
  incidents: z
    .array(
      z.object({
        id: text,
        account: text,
        summary: text,
        state: z.enum(['open', 'closed']),
        openedAt: at,
      }),
    )
    .describe('Oldest first; the first few where campaigns are listed, else all.'),
  incidentCount: count.describe('How many incidents are looked at here.'),
  isCut: z.boolean().describe('There are more incidents than are looked at here.'),
  reach: reach.exactOptional(),
  decisions: count,
  heldMessages: count,
  heldRecipients: count.describe('Recipients of the messages that are held now.'),
  locked: count.describe('Accounts of it that are locked now.'),
  firstAt: at,
  lastAt: at,
}) satisfies z.ZodType<Campaign>;
export const campaignList = z.object({ campaigns: z.array(campaignView) });
