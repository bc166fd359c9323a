/** What Primum listens on. Doors are opened at start, so changes here need a restart. */
import { z } from 'zod';
import { listen, maxConnections, onFailure, socketKeys, timeout } from './door-keys.ts';
import { lmtpDoor } from './doors-lmtp.ts';
import { milterDoor } from './doors-milter.ts';
import { socketmapDoor } from './doors-socketmap.ts';
import { MAX_NETWORKS } from './limits.ts';
import { count, duration, size } from '../amounts.ts';
import { network, webAddress } from '../net-values.ts';
import { deferAs, secretFile, text } from '../scalars.ts';

export const MAX_CREDENTIALS = 100;
export const MAX_HOOKS = 20;

export const AUTH_POLICY_SCOPES = [
  'allow',
  'report',
  'lists',
  'feed',
  'reset',
  'stats',
  'metrics',
  '*',
] as const;

export const AUTH_POLICY_EVENTS = [
  'report',
  'allow',
  'reset',
  'addbl',
  'delbl',
  'expirebl',
  'addwl',
  'delwl',
  'expirewl',
] as const;

const socket = socketKeys();

const policyDoor = z.strictObject({
  listen: listen('127.0.0.1:10040'),
  ...socket,
  on_failure: onFailure,
  // Postfix waits 2 s in the documented configuration; ours must end before.
  timeout: timeout('1500ms'),
  defer_as: deferAs()
    .prefault('tempfail')
    .describe(
      'How `defer` is said: `tempfail` (450: MTAs and applications try again by themselves) or ' +
        '`filter slow:`, a slow transport in master.cf, for the mail programs of people do not.',
    ),
  inbound_contexts: z
    .array(text('mx'))
    .max(100)
    .prefault([])
    .meta({
      description:
        '`policy_context` values of services that take mail from outside; their mail is not a ' +
        'submission and is not judged as one.',
      sample: ['mx'],
      effect: 'reload',
    }),
  transaction_idle: duration('5s', '1d')
    .prefault('30m')
    .describe(
      'A transaction that never reached the end of the message is counted after this time. A big ' +
        'message over a poor line takes ten minutes.',
    ),
  max_connections: maxConnections(6_000),
  max_transactions: count(1, 1_000_000)
    .default(20_000)
    .describe('Transactions at once, about 1KiB each; the oldest are counted early.'),
  max_request: size('1KiB', '1MiB')
    .prefault('64KiB')
    .describe('Longest request; Postfix sends about 1KiB.'),
  request_timeout: duration('1s', '10m')
    .prefault('60s')
    .describe('Longest time from the first byte of a request to its last.'),
  idle_timeout: duration('1s', '1d')
    .prefault('1100s')
    .describe(
      'A silent connection is closed after this time. Postfix closes its own after 1000s; were we ' +
        'earlier, its next request would lose a second.',
    ),
});

const credential = z.strictObject({
  name: text('dovecot').describe('Name in logs and in the audit log.'),
  password_file: secretFile('/etc/primum/dovecot.password').describe(
    'File with the password, or `env:NAME`. Clients send it with HTTP Basic and any user name.',
  ),
  scopes: z
    .array(z.enum(AUTH_POLICY_SCOPES))
    .min(1)
    .prefault(['allow', 'report'])
    .describe(
      'Commands it may use; Dovecot needs `allow` and `report`. `feed` only reads the lists, `lists` ' +
        'changes them too, `*` is everything.',
    ),
});

const hook = z.strictObject({
  name: text('siem').describe('Name in logs and metrics, sent as `X-Wforce-HookID`.'),
  url: webAddress('https://siem.example.org/primum')
    .meta({ masked: true })
    .describe("Where events are posted as JSON; `%{YYYY}`, `%{MM}` and `%{dd}` are today's date."),
  secret_file: secretFile('/etc/primum/siem.secret')
    .optional()
    .describe('Key of the HMAC-SHA256 in the header `X-Wforce-Signature`; file or `env:NAME`.'),
  events: z
    .array(z.enum(AUTH_POLICY_EVENTS))
    .min(1)
    .prefault([...AUTH_POLICY_EVENTS])
    .describe('Which events: logins, resets, and added, removed and expired list entries.'),
  allow_filter: z
    .array(z.enum(['reject', 'allow', 'tarpit']))
    .min(1)
    .prefault(['reject', 'allow', 'tarpit'])
    .describe('Which answers of `allow` are told.'),
  with_password_hash: z.boolean().default(false).describe('Whether `pwhash` leaves this host.'),
});

const PRIVATE_NETWORKS = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

const authPolicyDoor = z.strictObject({
  listen: listen('127.0.0.1:8084'),
  ...socket,
  on_failure: onFailure,
  // Under auth_policy_server_timeout_msecs in docs/guides/dovecot.md (1000), so that Dovecot hears
  // our stance before it falls back to its own.
  timeout: timeout('900ms'),
  credentials: z
    .array(credential)
    .max(MAX_CREDENTIALS)
    .prefault([])
    .meta({
      description:
        'Who may ask, one entry a program, so that one leaked password changes one program. Without ' +
        'any, programs on this host may use `allow` and `report`; a door that listens beyond this ' +
        'host needs one.',
      sample: [{ name: 'dovecot', password_file: '/etc/primum/dovecot.password' }],
    }),
  acl: z
    .array(network())
    .max(MAX_NETWORKS)
    .prefault(PRIVATE_NETWORKS)
    .describe('Networks that may connect at all; the private ones unless told otherwise.'),
  webhooks: z
    .array(hook)
    .max(MAX_HOOKS)
    .prefault([])
    .meta({
      description: 'Where logins and list changes are reported, in the form of weakforced.',
      sample: [{ name: 'siem', url: 'https://siem.example.org/primum' }],
    }),
  max_connections: maxConnections(2_000),
  metrics_need_password: z
    .boolean()
    .default(true)
    .describe('Whether `/metrics` of this door asks for a credential.'),
  max_body: size('1KiB', '16MiB')
    .prefault('1MiB')
    .describe('Longest request body; Dovecot sends 200B.'),
  request_timeout: duration('100ms', '5m')
    .prefault('10s')
    .describe('Longest time from the first byte of a request to its last.'),
  idle_timeout: duration('1s', '1d')
    .prefault('65s')
    .describe('A silent connection is closed after this time; Dovecot closes its own after 10s.'),
});

const apiDoor = z.strictObject({
  listen: listen('127.0.0.1:10044'),
  timeout: duration('100ms', '5m').prefault('30s').describe('How long one request may take.'),
  max_connections: maxConnections(500),
  max_body: size('1KiB', '64MiB').prefault('1MiB').describe('Longest request body.'),
  requests_per_second: count(1, 100_000)
    .default(50)
    .describe(
      'Requests of one token, or of one user in all sessions, a second on average; more are answered 429 ' +
        'with the time to wait. The token file of this host and the agents may always ask.',
    ),
  request_burst: count(1, 1_000_000)
    .default(200)
    .describe('Of these, how many may come at once, before the average counts.'),
});

const doors = z.strictObject({
  policy: policyDoor.prefault({}).describe('Postfix SMTPD policy delegation.'),
  milter: milterDoor.prefault({}).describe('Milter: the whole message, headers, hold.'),
  auth_policy: authPolicyDoor
    .prefault({})
    .describe("Dovecot's auth policy, with the HTTP API of weakforced."),
  socketmap: socketmapDoor
    .prefault({})
    .describe('Look-up tables for Postfix: the senders of forwarded mail, there and back.'),
  lmtp: lmtpDoor
    .prefault({})
    .describe('LMTP: bounces, complaints and letters to abuse@ come in here.'),
  api: apiDoor.prefault({}).describe('REST, metrics and health, for people and `primum` itself.'),
});

const DOORS = ['policy', 'milter', 'auth_policy', 'socketmap', 'lmtp', 'api'] as const;

export const doorsSchema = doors.superRefine((value, context) => {
  const taken: { readonly address: string; readonly key: string }[] = [];
  for (const door of DOORS) {
    value[door].listen.forEach((address, index) => {
      const other = taken.find((one) => isSameAddress(one.address, address));
      if (other !== undefined) {
        context.addIssue({
          code: 'custom',
          path: [door, 'listen', index],
          message: `${other.key} listens on ${other.address} already. Take another port or path.`,
        });
      }
      taken.push({ address, key: `doors.${door}.listen` });
    });
  }
});

const ANY_HOST = ['0.0.0.0', '[::]'];

function isSameAddress(a: string, b: string): boolean {
  if (a.startsWith('unix:') || b.startsWith('unix:')) return a === b;
  const [one, two] = [hostAndPort(a), hostAndPort(b)];
  // Port 0 is another one each time.
  if (one.port !== two.port || Number(one.port) === 0) return false;
  return one.host === two.host || ANY_HOST.includes(one.host) || ANY_HOST.includes(two.host);
}

function hostAndPort(address: string): { readonly host: string; readonly port: string } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: address.slice(colon + 1) };
}
