/** Trace headers of messages that leave (CON-5), and where to complain (OWN-13). */
import { z } from 'zod';
import { duration } from '../amounts.ts';
import { mailAddress, webAddress } from '../net-values.ts';
import { text } from '../scalars.ts';

/** RFC 5322 section 2.2 allows more; this much fits on a line. */
const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{1,39}$/;
/** A header line has 78 characters, and a web address is not folded. */
const MAX_WEB_ADDRESS = 200;
const PRINTABLE = /^[\x21-\x7e]+$/;

const headerName = text('X-Example-Trace').refine((name) => HEADER_NAME.test(name), {
  message: 'it is not a header name. Write 2 to 40 letters, digits and hyphens, such as X-Trace.',
});

const asciiAddress = (sample: string) =>
  mailAddress()
    .refine((address) => PRINTABLE.test(address), {
      message: 'it has a letter that a header cannot hold. Write an address in ASCII.',
    })
    .meta({ kind: 'a mail address', sample });

const cfbl = z.strictObject({
  address: asciiAddress('fbl@example.org').describe(
    'Where mailbox providers send complaints. Its domain must be that of your DKIM signature.',
  ),
  report: z
    .enum(['arf', 'xarf'])
    .default('arf')
    .describe('The form in which you take them: ARF (RFC 5965) or XARF.'),
});

export const traceSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Whether messages that leave get trace headers. `primum trace` reads what is there in any case.',
    ),
  header: headerName
    .prefault('X-Primum-Trace')
    .describe(
      'Name of the header with the token: opaque to everybody, it tells you account, credential, ' +
        'context, time and decision.',
    ),
  submitter: z
    .enum(['off', 'keyed', 'plain'])
    .default('keyed')
    .describe(
      '`X-Primum-Submitter`, the address that submitted the message: not shown, as a pseudonym that ' +
        'is equal for equal addresses, or as it is. An address is personal data.',
    ),
  abuse_address: asciiAddress('abuse@example.org')
    .optional()
    .describe('Where people may complain; named in `X-Report-Abuse`.'),
  abuse_url: webAddress('https://www.example.org/abuse')
    .refine((url) => url.length <= MAX_WEB_ADDRESS && PRINTABLE.test(url), {
      message: `it has no place in a header. Write at most ${MAX_WEB_ADDRESS} ASCII characters.`,
    })
    .optional()
    .describe('A page with a form for complaints; named in `X-Report-Abuse`.'),
  feedback_sender: text('exampleorg')
    .refine((sender) => /^[A-Za-z0-9._-]{5,15}$/.test(sender), {
      message: 'it is not a sender id. Write 5 to 15 letters, digits, dots and hyphens.',
    })
    .optional()
    .describe(
      'Your name in `Feedback-ID`, which lets Gmail count complaints by account (as a pseudonym) and ' +
        'kind of mail. Without it no such header is written, and one from outside stays.',
    ),
  cfbl: cfbl
    .optional()
    .describe('The complaint feedback loop in headers (RFC 9477); without it there is none.'),
  rotate_after: duration('1d', '3650d')
    .prefault('90d')
    .describe('A key makes tokens for so long; then a new one takes its place.'),
  keep_keys: duration('1d', '3650d')
    .prefault('400d')
    .describe(
      'A key that was replaced reads tokens for so long. After it nobody can tell who sent a message.',
    ),
});
