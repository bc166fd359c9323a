/** What is done in the operator's own systems when an account is locked or unlocked (ACC-11). */
import { z } from 'zod';
import { duration } from '../amounts.ts';
import { webAddress } from '../net-values.ts';
import { commandLine, headers, secretPath, text } from '../scalars.ts';

export const MAX_CONNECTORS = 20;

const timeout = duration('100ms', '5m').prefault('10s').describe('Longest wait for it.');

const PLACEHOLDERS =
  '`{account}`, `{action}` (lock or unlock), `{by}`, `{why}`, `{reference}` and `{at}` are filled in';

const httpConnector = z.strictObject({
  url: webAddress('https://panel.example.org/accounts/{account}/{action}').describe(
    `Address; ${PLACEHOLDERS}, percent-encoded. 2xx is success, else it is tried again.`,
  ),
  method: z
    .enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET'])
    .default('POST')
    .describe('HTTP method.'),
  headers,
  body: z
    .json()
    .optional()
    .meta({
      description: `Sent as JSON; ${PLACEHOLDERS} in its texts.`,
      kind: 'any YAML',
      sample: { mailbox: '{account}', state: '{action}' },
    }),
  secret_file: secretPath('/etc/primum/panel.token')
    .optional()
    .describe('File with a token that is sent as `Authorization: Bearer …`.'),
});

const connector = z
  .strictObject({
    name: text('panel').describe('Name in logs and in the audit log.'),
    on: z
      .array(z.enum(['lock', 'unlock']))
      .min(1)
      .prefault(['lock', 'unlock'])
      .describe('When it is called.'),
    command: commandLine(['/usr/local/bin/panel-account', '{action}', '{account}'])
      .optional()
      .describe(
        `Program and arguments; ${PLACEHOLDERS}. No shell is involved. Exit code 0 is success, else ` +
          'it is tried again.',
      ),
    http: httpConnector.optional().describe('Or a web service.'),
    timeout,
  })
  .superRefine((value, context) => {
    if ((value.command === undefined) !== (value.http === undefined)) return;
    const message =
      value.http === undefined
        ? 'there is neither command nor http. Add one of them.'
        : 'there is command and http. Keep one of them.';
    context.addIssue({ code: 'custom', path: [], message });
  });

const doveadmHttp = z.strictObject({
  url: webAddress('http://127.0.0.1:8080/doveadm/v1')
    .prefault('http://127.0.0.1:8080/doveadm/v1')
    .describe("Address of Dovecot's doveadm HTTP API."),
  authentication: z
    .enum(['key', 'password'])
    .default('key')
    .describe('What the file holds: `doveadm_api_key` or `doveadm_password` of Dovecot.'),
  secret_file: secretPath('/etc/primum/doveadm.key').describe('File with that key or password.'),
});

const endSessions = z
  .strictObject({
    command: commandLine(['/usr/bin/doveadm', 'kick', '{account}'])
      .optional()
      .describe('Program that ends the live sessions of `{account}`.'),
    doveadm_http: doveadmHttp.optional().describe('Or the doveadm HTTP API.'),
    timeout,
  })
  .superRefine((value, context) => {
    if (value.command === undefined || value.doveadm_http === undefined) return;
    context.addIssue({
      code: 'custom',
      path: [],
      message: 'there is command and doveadm_http. Keep one of them.',
    });
  });

export const accountsSchema = z.strictObject({
  connectors: z
    .array(connector)
    .max(MAX_CONNECTORS)
    .prefault([])
    .meta({
      description: 'Your own systems that must know of a lock; retried until they take it.',
      sample: [
        { name: 'panel', command: ['/usr/local/bin/panel-account', '{action}', '{account}'] },
      ],
    }),
  end_sessions: endSessions
    .prefault({})
    .describe('How live sessions end after a lock. Without it only new logins are refused.'),
});
