/** Where account facts come from. Opened at start: changes need a restart, new data does not. */
import { z } from 'zod';
import { count, duration, size } from '../amounts.ts';
import { webAddress } from '../net-values.ts';
import { commandLine, path, secretFile, text } from '../scalars.ts';

const maxAnswer = size('1KiB', '16MiB').prefault('64KiB').describe('Longest answer that is read.');

function concurrency(value: number) {
  return count(1, 1_000)
    .default(value)
    .describe('Questions at once; further ones wait their turn within the time-out.');
}

/** As directory/account-record.ts reads them; siblings do not import each other, a test compares. */
const ENTRY_PROSE =
  'An entry has the keys `account` (the login), `tenant` (the customer; default the domain of the ' +
  'login), `groups`, `class` (`person`, `application`, `device`, `list`, `forward` or `system`), ' +
  '`addresses` (it may send as, besides its own), `domains` (it may send as with any local part), ' +
  '`since` (2026-01-31), `time_zone`, `owner_address` (where the owner is asked "was this you?"; not a mailbox of ' +
  'the account itself) and `client_networks` (a network, `country:DE` or `asn:64500`); ' +
  'only `account` is needed.';

const file = z.strictObject({
  path: path('accounts.csv').describe(
    'A `.yaml`, `.yml` or `.csv` file. It is watched: a changed file is taken up by itself, a broken ' +
      'one keeps the old content and says which line is wrong. YAML (at most 8MiB) holds a list ' +
      '`accounts:` of entries and, if you like, a list `domains:`; CSV has the keys as column names ' +
      'in its first line, and its lists are separated by spaces.',
  ),
  check_every: duration('100ms', '1h').prefault('1s').describe('How often the file is looked at.'),
});

const command = z.strictObject({
  argv: commandLine(['/usr/local/bin/primum-account', '{account}']).describe(
    'Program and arguments; `{account}` becomes the login. It prints one JSON object with the keys ' +
      'of a directory entry, or `null` for an account it does not know. No shell is involved.',
  ),
  max_answer: maxAnswer,
  concurrency: concurrency(4),
});

const http = z.strictObject({
  url: webAddress('https://panel.example.org/accounts/{account}').describe(
    'Asked with GET; `{account}` becomes the login, percent-encoded. It answers 200 and one JSON ' +
      'object with the keys of a directory entry, or 404 for an account it does not know.',
  ),
  header: text('Authorization')
    .refine((name) => /^[A-Za-z0-9-]{1,100}$/.test(name), {
      message: 'this is not a header name. Write letters, digits and dashes.',
    })
    .prefault('Authorization')
    .describe('Header that carries the secret.'),
  secret_file: secretFile('/etc/primum/panel.token')
    .optional()
    .describe('Whole value of that header, such as `Bearer …`. Without it no header is sent.'),
  max_answer: maxAnswer,
  concurrency: concurrency(16),
});

const cache = z.strictObject({
  entries: count(1, 10_000_000)
    .default(200_000)
    .describe('Accounts remembered; about 500B each. The least used make room.'),
  ttl: duration('1s', '7d')
    .prefault('5m')
    .describe(
      'How long an answer is fresh. An older one is renewed; it holds while the engine is away.',
    ),
  negative_ttl: duration('1s', '7d')
    .prefault('1m')
    .describe('How long "no such account" is fresh.'),
  retry_after: duration('100ms', '1h')
    .prefault('5s')
    .describe('After a failure the engine is left alone for this time.'),
});

export const directorySchema = z
  .strictObject({
    file: file.optional().describe(`Accounts in a file. ${ENTRY_PROSE}`),
    command: command.optional().describe('A program that is asked for each account.'),
    http: http.optional().describe('A web service that is asked for each account.'),
    timeout: duration('10ms', '1m')
      .prefault('1s')
      .describe('Longest wait for an answer. Then an account never seen gets the defaults.'),
    cache: cache.prefault({}).describe('The memory in front of the engine.'),
  })
  .superRefine((value, context) => {
    const given = (['file', 'command', 'http'] as const).filter((key) => value[key] !== undefined);
    const second = given[1];
    if (second === undefined) return;
    context.addIssue({
      code: 'custom',
      path: [second],
      message: `there is also directory.${given[0] ?? ''}. Keep one of them.`,
    });
  });
