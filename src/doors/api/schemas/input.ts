/** What the API takes: every input with its bounds. The OpenAPI document is made from these. */
import { z } from 'zod';
import { LOGIN_CHARS_MAX, parseNetwork } from '../../../protocol/auth-policy.ts';
import { MAX_TRACED_TEXT } from '../../../protocol/traced-message.ts';

/** As long as the auth policy door takes a login (protocol/auth-policy.ts): what it lets in can be locked. */
export const MAX_ACCOUNT_LENGTH = LOGIN_CHARS_MAX;
export const MAX_WHY_LENGTH = 1000;
export const MAX_NAME_LENGTH = 100;
export const MAX_PAGE = 500;
const DEFAULT_PAGE = 50;
/** Ten years: an entry that should outlive this belongs into the configuration. */
export const MAX_LIST_SECONDS = 10 * 366 * 86_400;

const PRINTABLE = /^\P{Cc}+$/u;

export const accountName = z
  .string()
  .min(1)
  .max(MAX_ACCOUNT_LENGTH)
  .regex(PRINTABLE, 'holds control characters')
  .toLowerCase()
  .describe('The login, in any letter case.');

/** Of an account to lock: a blank or bracket of the paste would lock nobody. */
const lockedName = z
  .string()
  .trim()
  .min(1)
  .max(MAX_ACCOUNT_LENGTH)
  .regex(PRINTABLE, 'holds control characters')
  .regex(/^[^<>]*$/, 'holds < or >; write the login alone')
  .toLowerCase()
  .describe('The login, in any letter case; blanks round it are left out.');

const by = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .regex(PRINTABLE, 'holds control characters')
  .describe('Who does it; goes to the audit log.');

const why = z
  .string()
  .trim()
  .min(1)
  .max(MAX_WHY_LENGTH)
  .describe('Why, in words; goes to the audit log.');

const unlockOn = z
  .enum(['person', 'password'])
  .default('person')
  .describe('What lifts it: only a person, or also a successful login with a changed password.');

const reference = z
  .string()
  .regex(/^[0-9A-Za-z]{1,32}$/, 'is not a reference: letters and digits only')
  .describe('The short reference of a decision, in any letter case.');

export const accountParams = z.strictObject({ account: accountName });
export const namesQuery = z.strictObject({
  prefix: z
    .string()
    .trim()
    .min(2)
    .max(200)
    .describe('The beginning of the name, at least two characters.'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export const referenceParams = z.strictObject({ reference });
export const incidentParams = z.strictObject({ id: z.string().min(1).max(64) });
export const listParams = z.strictObject({ list: z.enum(['allow', 'deny']) });

export const lockParams = z.strictObject({ account: lockedName });
export const lockInput = z.strictObject({
  by,
  why,
  unlockOn,
  reference: reference.exactOptional(),
});
export const lockAccountInput = z.strictObject({ account: lockedName, ...lockInput.shape });
export const decisionInput = z.strictObject({ by, why });
export const unlockInput = z.strictObject({
  by,
  why,
  mail: z
    .enum(['release', 'keep', 'return'])
    .default('keep')
    .describe('What becomes of its mail that was held with the lock.'),
});
const recipient = z
  .string()
  .trim()
  .min(3)
  .max(320)
  .regex(/^[^\s\p{Cc}]+@[^\s\p{Cc}]+$/u, 'is not a mail address')
  .describe('A mail address.');
export const suppressionQuery = z.strictObject({
  recipient,
  account: accountName
    .exactOptional()
    .describe('Who writes there: a complaint counts for the account it is about only.'),
});
export const suppressionEnd = z.strictObject({ by, why, recipient });
export const byInput = z.strictObject({ by });
export const ownPasswordInput = z.strictObject({
  account: accountName,
  digest: z
    .string()
    .regex(/^(?:[0-9a-fA-F]{2}){16,64}$/, 'is not a whole digest in hexadecimal')
    .describe('Hash of nonce, login, a NUL and the password, as Dovecot makes it.'),
  login: z
    .string()
    .min(1)
    .max(MAX_ACCOUNT_LENGTH)
    .exactOptional()
    .describe('The login as it went into the digest, where it is not the account.'),
});
export const traceInput = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(MAX_TRACED_TEXT)
    .describe('A token, or the source of a message or of a report with the message inside.'),
});
/** In place of the id of one key. */
export const EVERY_KEY = 'all';
export const rotateInput = z.strictObject({
  by,
  drop: z
    .string()
    .regex(/^[0-9A-Za-z]{3,4}$/, 'is neither the four characters of a key nor "all"')
    .toLowerCase()
    .exactOptional()
    .describe('A key that somebody else may have, or `all`: its tokens are not believed any more.'),
});
export const closeInput = z.strictObject({
  by,
  why,
  verdict: z
    .enum(['true', 'false alarm', 'unclear'])
    .describe('Whether it was abuse, as far as the reviewer knows.'),
  members: z
    .boolean()
    .default(true)
    .describe('Of a campaign: closes the open incidents of its accounts with it, the same way.'),
});

export const limitInput = z.coerce
  .number()
  .int()
  .min(1)
  .max(MAX_PAGE)
  .default(DEFAULT_PAGE)
  .describe('At most so many, newest first.');

/**
 * The id of the last one already seen, of the form that src/desk/ids.ts gives: with any other text a
 * program that pages would be given the first page again and again.
 */
export function cursorOf(letter: 'i' | 'h' | 'c', what: string) {
  return z
    .string()
    .max(64)
    .regex(new RegExp(`^${letter}[0-9a-z]{17}$`), `is not the id of ${what}`)
    .describe(`The id of the last one already seen: of ${what}.`);
}

export const incidentQuery = z.strictObject({
  state: z.enum(['open', 'closed']).exactOptional(),
  account: accountName.exactOptional(),
  limit: limitInput,
  before: cursorOf('i', 'an incident').exactOptional(),
});
export const rungQuery = z.strictObject({
  limit: limitInput.describe('At most so many, by name.'),
  after: accountName.exactOptional().describe('The last account already seen.'),
});
export const auditQuery = z.strictObject({
  subject: z.string().min(1).max(MAX_ACCOUNT_LENGTH).exactOptional(),
  limit: limitInput,
  before: z.coerce
    .number()
    .int()
    .min(1)
    .exactOptional()
    .describe('The id of the last entry already seen.'),
});

const listKey = z
  .strictObject({
    network: z
      .string()
      .max(64)
      .refine(
        (text) => parseNetwork(text) !== undefined,
        'is not an address or a network such as 192.0.2.0/24',
      )
      .transform((text) => parseNetwork(text) ?? text)
      .exactOptional(),
    login: accountName.exactOptional(),
    ja3: z.string().min(1).max(128).regex(PRINTABLE, 'holds control characters').exactOptional(),
  })
  .refine(
    (key) =>
      (key.network ?? key.login ?? key.ja3) !== undefined &&
      (key.login === undefined || key.ja3 === undefined),
    'needs a network, a login or a ja3, or a network together with one of the others',
  )
  .describe('What the entry is about.');

export const listEntryInput = z.strictObject({
  key: listKey,
  reason: why,
  by,
  ttlSeconds: z.int().min(1).max(MAX_LIST_SECONDS).describe('How long it holds.'),
});
export const listRemovalInput = z.strictObject({ key: listKey, by });
