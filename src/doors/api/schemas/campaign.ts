/** Campaigns over accounts, and how far each reaches. */
import { z } from 'zod';
import type { Campaign } from '../../../desk/contract.ts';

const text = z.string();
const count = z.number();
const at = z.string().describe('RFC 3339, UTC.');

export const campaignQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(90).default(30),
});
const campaign = z.object({
  shared: z.array(text).describe('What the incidents have in common, such as `link:evil.example`.'),
  accounts: z.array(text),
  incident: text
    .exactOptional()
    .describe('The open incident over all of them, where somebody has opened it.'),
  incidents: z.array(
    z.object({
      id: text,
      account: text,
      summary: text,
      state: z.enum(['open', 'closed']),
      openedAt: at,
    }),
  ),
  isCut: z.boolean().describe('There are more incidents than are looked at here.'),
  decisions: count,
  heldMessages: count,
  heldRecipients: count.describe('Recipients of the messages that are held now.'),
  locked: count.describe('Accounts of it that are locked now.'),
  firstAt: at,
  lastAt: at,
}) satisfies z.ZodType<Campaign>;
export const campaignList = z.object({ campaigns: z.array(campaign) });
