/** Held messages as the API takes and shows them (CON-3, CON-4). */
import { z } from 'zod';
import type { Hold, ShownMessage } from '../../../desk/contract.ts';
import type { ReadableView } from '../desk-parts.ts';
import { accountName, cursorOf, limitInput } from './input.ts';

const text = z.string();
const count = z.number();
const at = z.string().describe('RFC 3339, UTC.');
const ms = z.number().exactOptional().describe('Milliseconds since 1970.');

export const holdParams = z.strictObject({
  name: z
    .string()
    .regex(/^[0-9A-Za-z]{1,64}$/, 'is neither a reference nor the id of a held message')
    .describe('The reference of the decision, or the id of the held message.'),
});

export const holdQuery = z.strictObject({
  state: z
    .enum(['open', 'closed', 'waiting'])
    .describe('`waiting`: for the decision of a person, oldest first.')
    .exactOptional(),
  account: accountName.exactOptional(),
  limit: limitInput,
  before: cursorOf('h', 'a held message').exactOptional(),
});

export const hold = z.object({
  id: text,
  account: text,
  identity: text,
  context: text,
  at,
  reference: text,
  submission: text.describe('Id of the event.'),
  mta: text,
  queueId: text,
  envelopeSender: text,
  recipients: count,
  subject: text,
  reasons: z.array(z.object({ text, practice: text.exactOptional() })),
  cause: z
    .enum(['verdict', 'defer', 'containment', 'found'])
    .describe('`defer` lets itself go; `found` has no record of why it is held.'),
  incident: text,
  state: z.enum([
    ...(['held', 'releasing', 'returning', 'notified', 'deleting'] as const),
    ...(['released', 'returned', 'deleted', 'gone'] as const),
  ]),
  owner: text,
  by: text,
  decided: text.describe('Who decided what, as a sentence; empty where nobody has.'),
  why: text,
  outcome: text,
  closedAt: at.exactOptional(),
  seen: z.object({ arrivalSeconds: count, sender: text }).exactOptional(),
  sizeBytes: count,
  misses: count,
  tries: count,
  lastError: text,
  notice: z.enum(['none', 'due', 'sent', 'failed']),
  noticeTries: count,
  releaseAtMs: ms,
  remindAtMs: ms,
  escalateAtMs: ms,
  expiresAtMs: ms,
  checkAtMs: ms,
  retryAtMs: ms,
}) satisfies z.ZodType<Hold>;

export const holdList = z.object({ holds: z.array(hold) });

export const shownMessage = z.object({
  state: z.enum(['held', 'elsewhere', 'missing', 'other']),
  message: z
    .object({
      headers: text,
      body: text.describe('Undecoded; what would steer a screen is written out.'),
      isCut: z.boolean().describe('There is more than is shown.'),
      recipients: z.array(text),
      sizeBytes: count,
    })
    .exactOptional(),
  readable: z
    .object({
      from: text.describe('What its From says, decoded; empty where it has none.'),
      subject: text.describe('Decoded; empty where it has none.'),
      text: text.describe('Decoded, of HTML the words; what would steer a screen is written out.'),
      links: z.array(text).describe('Where its links lead, those behind other words too.'),
      attachments: z.array(z.object({ name: text, type: text, sizeBytes: count })),
    })
    .exactOptional()
    .describe('As its recipient would read it; absent where it cannot be taken apart.'),
}) satisfies z.ZodType<ShownMessage & { readonly readable?: ReadableView }>;
