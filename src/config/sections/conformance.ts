/** What is done about submitted mail that is not as RFC 5322 wants it (CON-7). */
import { z } from 'zod';
import { domain } from '../net-values.ts';

const LEFT =
  '`off` lets it be, `observe` records it, `refuse` refuses the message and says what is wrong.';

const mendable = (normal: 'mend' | 'observe', prose: string) =>
  z
    .enum(['off', 'mend', 'observe', 'refuse'])
    .default(normal)
    .describe(`${prose} \`mend\` does it (at the milter door), ${LEFT}`);

/** Nobody may guess an author or change a body. */
const refusable = (prose: string) =>
  z.enum(['off', 'observe', 'refuse']).default('observe').describe(`${prose} ${LEFT}`);

export const conformanceSchema = z.strictObject({
  domain: domain()
    .optional()
    .describe(
      'What is put behind addresses without a domain. Without it they are left as they are.',
    ),
  unqualified_address: mendable(
    'mend',
    'An address in From, Sender, Reply-To, To or Cc without a domain: it gets the one above.',
  ),
  missing_date: mendable('mend', 'No Date header: one with the time of submission is added.'),
  missing_message_id: mendable('mend', 'No Message-ID header: a fresh one is added.'),
  duplicate_header: mendable(
    'observe',
    'A header that may stand once (Subject, From, Date ...) twice: repeats of the same value go.',
  ),
  missing_from: refusable('No From header.'),
  eight_bit_header: refusable('Letters beyond ASCII in a header, without encoding or SMTPUTF8.'),
  too_many_fields: z
    .enum(['off', 'observe', 'refuse'])
    .default('refuse')
    .describe(
      `More than 1,000 fields in the header: what stands behind them is not looked at, and of fields that only Primum writes no more are taken out. ${LEFT}`,
    ),
  long_line: refusable('A line of more than 998 characters.'),
  bare_line_break: refusable(
    'A line feed or carriage return that stands alone, as in SMTP smuggling. Postfix makes line ends right, ' +
      'or refuses them (`smtpd_forbid_bare_newline`), before a milter sees them: behind Postfix this never ' +
      'speaks.',
  ),
});
