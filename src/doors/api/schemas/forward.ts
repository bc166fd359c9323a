/** Forwards over the API: those that are off, and the keys of their senders (FWD-1, FWD-2). */
import { z } from 'zod';
import type { ForwardOff } from '../../../desk/contract.ts';
import { accountName, decisionInput, limitInput } from './input.ts';
import { unknownAccount } from './output.ts';

/** RFC 5321 section 4.5.3.1.3 allows 256 with the angle brackets. */
const MAX_DESTINATION = 254;

const to = z
  .string()
  .min(1)
  .max(MAX_DESTINATION)
  .regex(/^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u, 'is not a mail address')
  .toLowerCase()
  .describe('The address mail is forwarded to. Without it all forwards of the account.');

export const forwardQuery = z.strictObject({
  account: accountName.exactOptional(),
  limit: limitInput.describe('At most so many, by account; one account is never split.'),
  after: accountName.exactOptional().describe('The last account already seen.'),
});
export const forwardInput = z.strictObject({
  account: accountName,
  to: to.exactOptional(),
  ...decisionInput.shape,
});

const text = z.string();
export const forwardOff = z.object({
  account: text,
  to: text.describe('Empty: every forward of the account, whatever address is set.'),
  isWhole: z.boolean().describe('Nothing of the account is forwarded; an alias keeps its mail.'),
  at: text.describe('RFC 3339, UTC.'),
  by: text,
  why: text,
  reference: text.describe('Of the decision; empty when a person switched it off.'),
}) satisfies z.ZodType<ForwardOff>;
export const forwardMade = forwardOff.extend(unknownAccount.shape);
export const forwardList = z.object({
  forwards: z.array(forwardOff),
  isCut: z.boolean().describe('There are more.'),
});
export const forwardsOn = z.object({ count: z.number().describe('How many went on.') });
