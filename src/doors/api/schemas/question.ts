/** "Was this you?": what it takes to ask, and what becomes of it. */
import { z } from 'zod';
import { accountName } from './input.ts';

const line = (most: number) => z.string().trim().min(1).max(most);

export const questionInput = z.strictObject({
  by: line(100).describe('Who does it; a session or token signs by itself.'),
  account: accountName,
  reference: line(32)
    .exactOptional()
    .describe('Of the decision it is about; the owner is shown what it was.'),
  context: z
    .string()
    .regex(/^[0-9a-f]{1,64}$/, 'is not a context')
    .exactOptional()
    .describe('The context that an answer is about, where no decision is named.'),
  incident: z
    .string()
    .regex(/^[0-9A-Za-z]{1,64}$/, 'is not an id')
    .exactOptional()
    .describe('Where the answer is noted. Default: the newest open one of the account.'),
});
export const confirmInput = z.strictObject({
  by: line(100).describe('Who says it; a session or token signs by itself.'),
  why: line(1000),
  context: z.string().regex(/^[0-9a-f]{1,64}$/, 'is not a context'),
  mine: z
    .boolean()
    .describe('True: the context is trusted. False: it is refused, and the account locked.'),
  lock: z
    .boolean()
    .exactOptional()
    .describe('With `mine` false: false takes the trust of the context back and locks nothing.'),
});
export const questionMade = z.object({
  isSent: z.boolean().describe('It is on its way to the `owner_address` of the directory.'),
  path: z
    .string()
    .describe('Of the link, for whoever hands it over; empty where it was sent. Shown once.'),
  expiresAt: z.string().describe('RFC 3339, UTC.'),
});
