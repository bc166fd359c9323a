/** The agent: eyes and hands on a mail host. Read at start by the daemon and by `primum agent`. */
import { z } from 'zod';
import { duration, path, secretFile, secretPath, text, webAddress } from '../scalars.ts';

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
