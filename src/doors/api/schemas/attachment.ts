/** What is sent and answered of an incident's files. */
import { z } from 'zod';
import type { Attachment } from '../../../desk/contract.ts';
import { byInput } from './input.ts';

export const attachmentInput = z.strictObject({
  by: byInput.shape.by,
  name: z.string().trim().min(1).max(500).describe('Of the file; its folder is left out.'),
  content: z
    .string()
    .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'is not base64')
    .refine((text) => text.length % 4 === 0, 'is not base64')
    .describe('The bytes in base64 (RFC 4648 §4).'),
});
export const attachmentView = z.object({
  id: z.string(),
  incident: z.string(),
  name: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  at: z.string().describe('RFC 3339, UTC.'),
  by: z.string(),
}) satisfies z.ZodType<Attachment>;
export const attachmentList = z.object({ attachments: z.array(attachmentView) });
export const fileParams = z.strictObject({
  id: z.string().min(1).max(64),
  file: z.string().regex(/^[0-9a-z]{1,64}$/, 'is not the id of a file'),
});
