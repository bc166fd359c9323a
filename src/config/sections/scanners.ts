/** Other people's judgement of messages. Connections are set up at start. */
import { z } from 'zod';
import { count, duration, size } from '../amounts.ts';
import { domain, network } from '../net-values.ts';
import { path, secretFile, text } from '../scalars.ts';
import { dnsServer, serviceAddress } from '../services.ts';

/** Lists of hosts; each costs questions for every URL host of a message. */
export const MAX_LISTS = 20;
export const MAX_SKIPPED = 10_000;

interface Defaults {
  readonly connections: number;
  readonly timeout: string;
  readonly maxSize: string;
}

/** Keys that every scanner has. */
function limits({ connections, timeout, maxSize }: Defaults) {
  return {
    timeout: duration('100ms', '5m')
      .prefault(timeout)
      .describe(
        'Longest that one message waits for it, over all its parts. Keep it well under the ' +
          '`content_timeout` of the milter in Postfix.',
      ),
    max_size: size('1KiB', '2GiB').prefault(maxSize),
    connections: count(1, 1_000)
      .default(connections)
      .describe('Messages told to it at once; further ones wait their turn within the time-out.'),
    retry_after: duration('100ms', '1h')
      .prefault('10s')
      .describe(
        'When it cannot be reached, or failed three times in a row, it is left alone for this time: ' +
          'meanwhile mail does not wait for it.',
      ),
  };
}

const clamdLimits = limits({ connections: 8, timeout: '10s', maxSize: '25MiB' });

const clamd = z.strictObject({
  address: serviceAddress('unix:/run/clamav/clamd.ctl')
    .prefault('unix:/run/clamav/clamd.ctl')
    .describe('Where clamd listens: `host:port` or `unix:/path` (LocalSocket or TCPSocket).'),
  ...clamdLimits,
  max_size: clamdLimits.max_size.describe(
    'Bytes of a message that are scanned; of a larger one its first part, which `on_failure` decides ' +
      'about. `StreamMaxLength` of clamd.conf must be at least as large.',
  ),
  on_failure: z
    .enum(['pass', 'defer'])
    .default('pass')
    .describe(
      'What a message gets that could not be scanned: `pass` lets mail flow, `defer` lets no ' +
        'message out unscanned: people and programs are told to try again (450), and a message larger ' +
        'than `max_size`, than clamd takes or than `doors.milter.max_body` is treated as ' +
        '`content.virus.action` says of one with a virus.',
    ),
});

const rspamdLimits = limits({ connections: 8, timeout: '10s', maxSize: '10MiB' });

const rspamd = z.strictObject({
  address: serviceAddress('127.0.0.1:11333')
    .prefault('127.0.0.1:11333')
    .describe("Where rspamd's normal worker listens: `host:port` or `unix:/path`."),
  password_file: secretFile('/etc/primum/rspamd.password')
    .optional()
    .describe('Its password, where the worker asks for one. Without it none is sent.'),
  ...rspamdLimits,
  max_size: rspamdLimits.max_size.describe('A larger message is not shown to it.'),
});

const listFile = z.strictObject({
  name: text('phishing').describe('Stands in reasons.'),
  path: path('/etc/primum/phishing-hosts.txt').describe(
    'One host a line, at most 1,000,000; `#` begins a comment, lines of a hosts file are understood. ' +
      'A host covers its subdomains. The file is watched: a changed one is taken up by itself.',
  ),
});

const zone = z.strictObject({
  zone: domain().meta({
    description:
      'Name of the list in DNS. Read its terms: most lists ask for a resolver of your own.',
    sample: 'dbl.example.net',
  }),
  answers: z
    .array(
      network().refine((value) => value.startsWith('127.'), {
        message: 'lists answer in 127.0.0.0/8. Write such an address or network.',
      }),
    )
    .min(1)
    .max(100)
    .prefault(['127.0.0.0/8'])
    .meta({
      description:
        'Answers that are listings; a list may have several kinds. An answer outside 127.0.0.0/8, ' +
        'in 127.255.255.0/24 or 127.0.0.1 is always taken as a refusal.',
      sample: ['127.0.1.2', '127.0.1.4/31'],
    }),
  with_addresses: z
    .boolean()
    .default(false)
    .describe('Ask for hosts that are IPv4 addresses too. Some lists of names refuse that.'),
});

const hostLists = z.strictObject({
  files: z
    .array(listFile)
    .max(MAX_LISTS)
    .prefault([])
    .meta({
      description: 'Lists of your own.',
      sample: [{ name: 'phishing', path: '/etc/primum/phishing-hosts.txt' }],
    }),
  zones: z
    .array(zone)
    .max(MAX_LISTS)
    .prefault([])
    .meta({
      description:
        'DNS lists of domains (RFC 5782). Each host is asked for as it is and as its registered domain.',
      sample: [{ zone: 'dbl.example.net' }],
    }),
  skip: z
    .array(domain())
    .max(MAX_SKIPPED)
    .prefault([])
    .meta({
      description:
        'Domains that are never looked up, with their subdomains; your own (`policy.domains`) never are.',
      sample: ['example.com'],
    }),
  dns_servers: z
    .array(dnsServer())
    .max(10)
    .prefault([])
    .meta({
      description: 'Resolvers for the lists. An empty list takes those of the host.',
      sample: ['127.0.0.1:5353'],
    }),
  timeout: duration('10ms', '1m')
    .prefault('2s')
    .describe('Longest wait for all hosts of a message. What comes later is not listed this time.'),
  max_queries: count(1, 10_000).default(100).describe('DNS questions at once.'),
  check_every: duration('100ms', '1h').prefault('5s').describe('How often files are looked at.'),
  retry_after: duration('100ms', '1h')
    .prefault('30s')
    .describe('A list that failed three times in a row is left alone for this time.'),
  cache: z
    .strictObject({
      entries: count(1, 10_000_000)
        .default(100_000)
        .describe('Answers remembered; about 200B each. The least used make room.'),
      negative_ttl: duration('1s', '1d')
        .prefault('10m')
        .describe('How long "not listed" holds; a listing holds as long as its list says.'),
    })
    .prefault({})
    .describe('Answers of DNS lists in memory.'),
});

export const scannersSchema = z.strictObject({
  clamd: clamd
    .optional()
    .describe('ClamAV: every message is scanned for viruses (CON-1). Off without this section.'),
  rspamd: rspamd
    .optional()
    .describe('rspamd: its judgement is further evidence (CON-2). Off without this section.'),
  host_lists: hostLists
    .optional()
    .describe('Hosts of URLs are looked up on lists (CON-2). Off without this section.'),
});
