/** The agent: eyes and hands on a mail host. Read at start by the daemon and by `primum agent`. */
import { z } from 'zod';
import { duration } from '../amounts.ts';
import { webAddress } from '../net-values.ts';
import { path, secretFile, secretPath, text, timeZone } from '../scalars.ts';

export const MAX_AGENT_HOSTS = 200;

const host = z.strictObject({
  mta: text('mx2.example.org').describe(
    'Name of the mail host, as `mta_name` gives it to the events of its doors.',
  ),
  token_file: secretFile('/etc/primum/mx2.token').describe(
    'File with the token of its agent: at least 32 letters and digits that nobody can guess.',
  ),
});

export const agentSchema = z.strictObject({
  embedded: z
    .boolean()
    .default(false)
    .describe(
      'The daemon works on the queue of this host itself. It must run as root then; the separate ' +
        '`primum agent` keeps root out of the daemon.',
    ),
  config_directory: path('/etc/postfix')
    .optional()
    .describe("Postfix's configuration folder, where it is not the usual one."),
  tool_timeout: duration('1s', '10m')
    .prefault('1m')
    .describe('Longest run of one queue tool (`postqueue`, `postcat`, `postsuper`, `sendmail`).'),
  api: webAddress('https://primum.example.org')
    .prefault('http://127.0.0.1:10044')
    .describe('Where `primum agent` reaches the API door of the daemon.'),
  token_file: secretPath('/etc/primum/agent.token')
    .optional()
    .describe('File with the token of `primum agent`. Else `agent-token` in the state folder.'),
  mail_log: z
    .strictObject({
      path: path('/var/log/mail.log')
        .optional()
        .describe(
          'The log of Postfix, and of Dovecot where they share one. Without it none is followed.',
        ),
      logins: z
        .boolean()
        .default(false)
        .describe(
          'Tells logins from the log too, where the auth policy door does not hear of them already.',
        ),
      time_zone: timeZone()
        .optional()
        .describe("Zone of stamps that do not say theirs. Else this system's."),
      poll: duration('50ms', '10s')
        .prefault('250ms')
        .describe('How often a quiet log is looked at.'),
    })
    .prefault({})
    .describe(
      'The mail log, followed: what became of messages, and submissions that no door saw. ' +
        'Whoever reads it needs to be allowed to; the log of `maillog_file` is for root only.',
    ),
  hosts: z
    .array(host)
    .max(MAX_AGENT_HOSTS)
    .prefault([])
    .meta({
      description:
        'Agents on other mail hosts. A token opens the paths of the agent only, for its own host.',
      sample: [{ mta: 'mx2.example.org', token_file: '/etc/primum/mx2.token' }],
    }),
});
