/** Reports of abuse for others. */
import { z } from 'zod';

const address = z.string().min(1).max(254);

export const reportParams = z.strictObject({
  name: z
    .string()
    .regex(/^[0-9A-Za-z-]{1,64}$/, 'is neither the id of an incident nor a reference')
    .describe('The id of an incident, or the reference of one of its decisions.'),
});
export const reportQuery = z.strictObject({
  form: z.enum(['arf', 'xarf']).describe('ARF is a mail (RFC 5965), XARF is JSON (version 4).'),
  source: z
    .string()
    .regex(/^[0-9A-Fa-f.:]{2,45}$/, 'is not an address')
    .exactOptional()
    .describe('The client address it is about; by default the one with most decisions.'),
  to: address
    .regex(/^[^\s<>,;"]+@[^\s<>,;"]+$/, 'is not a mail address')
    .exactOptional()
    .describe('Whom it goes to. With it XARF becomes a mail, too.'),
});

const text = z.string();
export const abuseReport = z.object({
  incident: text,
  source: text.describe('The client address it is about.'),
  contentType: text,
  text: text.describe('The whole report. Nothing was sent.'),
  remark: text.exactOptional().describe('What of it its readers will not understand.'),
  otherSources: z.array(z.object({ clientAddress: text, decisions: z.number() })),
});
