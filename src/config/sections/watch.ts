/** The own house: what is watched on a schedule (OWN-1 to OWN-13, FBK-4, SND-15). */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseIpv4, parseIpv6 } from '../../core/network-rule.ts';
import { count, duration } from '../amounts.ts';
import { domain, mailAddress, network, webAddress } from '../net-values.ts';
import { commandLine, path, secretPath, text } from '../scalars.ts';
import { word } from '../text-kind.ts';
import { dnsServer } from '../services.ts';

export const MAX_HOSTS = 1_000;
export const MAX_WATCHED_DOMAINS = 10_000;
const MAX_NETWORKS = 1_000;
const MAX_SILENCES = 1_000;

const ROLES = ['mx', 'submission', 'outbound'] as const;

const ipAddress = () =>
  word(
    'an IP address',
    '192.0.2.1',
    'Write one address, such as 192.0.2.1 or 2001:db8::1.',
    (value) =>
      parseIpv4(value) >= 0 || parseIpv6(value) !== undefined
        ? // As DNS answers are written, so that both compare.
          ipaddr.process(value).toString()
        : undefined,
  );

const port = (fallback: number) => count(1, 65_535).default(fallback);

const host = z.strictObject({
  name: domain().meta({
    description: 'The name it says of itself in HELO, with its domain.',
    sample: 'mx1.example.org',
  }),
  addresses: z
    .array(ipAddress())
    .max(100)
    .prefault([])
    .meta({
      description:
        'Addresses it sends from and listens on. An empty list asks DNS for those of the name.',
      sample: ['192.0.2.1', '2001:db8::1'],
    }),
  roles: z
    .array(z.enum(ROLES))
    .min(1)
    .prefault(['mx', 'outbound'])
    .describe(
      '`mx` takes mail from others, `submission` from customers, `outbound` sends to others.',
    ),
  smtp_port: port(25).describe('Where it takes mail from others.'),
  submission_port: port(587).describe('Where it takes mail from customers.'),
});

const openPort = z.strictObject({
  port: count(1, 65_535).describe('A port that shall be open on this machine.'),
  protocol: z
    .enum(['tcp', 'udp'])
    .prefault('tcp')
    .describe('Whether TCP shall listen there, or UDP be taken.'),
  owner: text('mail team').describe('Who answers for it (OWN-9).'),
  contact: text('noc@example.org').describe('Where to reach them.'),
});

const program = z.strictObject({
  name: text('rspamd').describe('What it is called on the scorecard (OWN-6).'),
  installed: commandLine(['/usr/bin/rspamd', '--version']).describe(
    'Program and arguments that print the version which is installed.',
  ),
  latest: commandLine(['/usr/local/bin/newest-version', 'rspamd']).describe(
    'Program and arguments that print the newest version there is.',
  ),
});

/** Each is two processes at once. */
const MAX_PROGRAMS = 20;

/** `Date.parse` takes 2026-02-30 for the second of March. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

const silence = z.strictObject({
  practice: word('a practice', 'OWN-1', 'Write an id of PRACTICES, such as OWN-1.', (value) =>
    /^[A-Z]{3}-\d{1,2}$/.test(value) ? value : undefined,
  ).describe('Whose alerts are silent. The finding itself stays in sight.'),
  target: text('mx1.example.org')
    .optional()
    .meta({
      description:
        'Host, domain, page or single listing (`192.0.2.1 on zen.spamhaus.org`), as the scorecard shows it; without it ' +
        'everything of the practice.',
      sample: 'mx1.example.org',
    }),
  until: word('a day', '2026-12-24', 'Write it as 2026-12-24.', (value) =>
    isDay(value) ? value : undefined,
  ).describe('The last day of silence (UTC). Every silence has an end.'),
  why: text('delisting asked for').describe('Stands beside the finding.'),
});

const dns = z.strictObject({
  servers: z
    .array(dnsServer())
    .max(10)
    .prefault([])
    .meta({
      description:
        'Resolvers for all checks. Lists refuse large public resolvers, so take one of your own. An ' +
        "empty list takes the host's.",
      sample: ['127.0.0.1:5353'],
    }),
  timeout: duration('10ms', '1m').prefault('3s').describe('Longest wait for one answer.'),
  queries_per_second: count(1, 10_000)
    .default(200)
    .describe('More questions than this wait their turn.'),
  authority_port: port(53).describe('Where name servers of your domains are asked directly.'),
});

const relay = z.strictObject({
  source_addresses: z
    .array(ipAddress())
    .max(4)
    .prefault([])
    .meta({
      description:
        'Addresses of this machine that your mail servers do not trust (not in `mynetworks`), one of each ' +
        'family. Without one OWN-4 passes where all is refused from an address that is not known to be trusted, and is ' +
        '"unknown" otherwise: whatever trick is accepted may be allowed to you alone, so that a server is never called open.',
      sample: ['203.0.113.9'],
    }),
  trusted_networks: z
    .array(network())
    .max(MAX_NETWORKS)
    .prefault([])
    .meta({
      description: '`mynetworks` of your mail servers, beside the addresses of the watched hosts.',
      sample: ['192.0.2.0/24'],
    }),
  recipient: mailAddress()
    .optional()
    .meta({
      description:
        'A mailbox of your own in a domain that is hosted elsewhere. Without one relaying is tried for nobody ' +
        '(example.com, then an address of RFC 5737); a server that refuses those for their domain does not say whether it ' +
        'relays, and OWN-4 is "unknown". Nothing is sent: every try ends before DATA.',
      sample: 'me@example.net',
    }),
});

const feed = z
  .strictObject({
    file: path('/var/lib/primum/snds.csv').optional().meta({
      description: 'A file that something else renews; one older than four days is not believed.',
      sample: '/var/lib/primum/snds.csv',
    }),
    url_file: secretPath('/etc/primum/snds.url').optional().meta({
      description: 'File with the address it is fetched from, which is a secret.',
      sample: '/etc/primum/snds.url',
    }),
  })
  .refine(({ file, url_file }) => (file === undefined) !== (url_file === undefined), {
    message: 'Name either file or url_file.',
  });

export const watchSchema = z.strictObject({
  hosts: z
    .array(host)
    .max(MAX_HOSTS)
    .prefault([])
    .meta({
      description: 'Your mail servers. Without any, `primum audit` proposes a list.',
      sample: [{ name: 'mx1.example.org', addresses: ['192.0.2.1'] }],
    }),
  domains: z
    .array(domain())
    .max(MAX_WATCHED_DOMAINS)
    .prefault([])
    .meta({
      description: 'Domains you host, beside those of `policy.domains`.',
      sample: ['example.org'],
    }),
  networks: z
    .array(network())
    .max(MAX_NETWORKS)
    .prefault([])
    .meta({
      description:
        'Your own networks. Nothing outside them and the addresses of `hosts` is ever connected to by SMTP or HTTP: a name ' +
        'that leads elsewhere is reported and left alone. What a feed says of an address outside of them warns (OWN-1).',
      sample: ['192.0.2.0/24'],
    }),
  dkim_selectors: z
    .array(domain())
    .max(100)
    .prefault([])
    .meta({
      description: 'Selectors of the DKIM keys you sign with; each is looked up in every domain.',
      sample: ['s1'],
    }),
  secondary_mx_ok: z
    .array(domain())
    .max(MAX_WATCHED_DOMAINS)
    .prefault([])
    .meta({
      description:
        'Domains for which you are a secondary MX on purpose, as a filtering service (OWN-11).',
      sample: ['customer.example.net'],
    }),
  open_ports: z
    .array(openPort)
    .max(1_000)
    .prefault([])
    .meta({
      description:
        'Every port that shall be open on this machine, and who answers for it (OWN-9). A UDP port that is not here fails ' +
        'where one socket is seen at it twice, three seconds apart, and only outside net.ipv4.ip_local_port_range, ' +
        'where clients have theirs.',
      sample: [{ port: 25, owner: 'mail team', contact: 'noc@example.org' }],
    }),
  programs: z
    .array(program)
    .max(MAX_PROGRAMS)
    .prefault([])
    .meta({
      description:
        'Programs of this machine that are no packages of its distribution, whose versions are compared, too (OWN-6). ' +
        'Each command runs without a shell, with PATH and HOME only, for 20 seconds at most; the first word of its ' +
        'first line of output that begins with a digit is the version. dpkg compares them where it is there, else ' +
        'they are compared number by number.',
      sample: [
        {
          name: 'rspamd',
          installed: ['/usr/bin/rspamd', '--version'],
          latest: ['/usr/local/bin/newest-version', 'rspamd'],
        },
      ],
    }),
  pages: z
    .strictObject({
      policy: webAddress('https://www.example.org/aup').optional().meta({
        description: 'Your acceptable use policy (OWN-12).',
        sample: 'https://www.example.org/aup',
      }),
      abuse: webAddress('https://www.example.org/abuse').optional().meta({
        description: 'Where anybody reads how to complain (OWN-13).',
        sample: 'https://www.example.org/abuse',
      }),
    })
    .prefault({})
    .describe('Pages of your web site that must be there.'),
  listings: z
    .strictObject({
      catalogue: path('/etc/primum/dnsbl.json')
        .optional()
        .describe(
          'A catalogue of lists in place of the shipped one, in the same form (data/dnsbl/lists.json).',
        ),
      skip: z
        .array(domain())
        .max(1_000)
        .prefault([])
        .meta({
          description: 'Zones of lists that are not asked.',
          sample: ['list.example.net'],
        }),
    })
    .prefault({})
    .describe('DNS lists that addresses and domains are looked up in (OWN-1).'),
  feeds: z
    .strictObject({
      snds: z
        .array(feed)
        .max(10)
        .prefault([])
        .meta({
          description:
            'Microsoft SNDS: "data" and "ipStatus" as CSV. Its automated access gives an address with a ' +
            'key; put that address into a file.',
          sample: [{ url_file: '/etc/primum/snds.url' }],
        }),
      google_postmaster: z
        .array(feed)
        .max(100)
        .prefault([])
        .meta({
          description:
            'Google Postmaster Tools: the JSON of its API (trafficStats, or domainStats with a metric ' +
            'that is called spam), written into a file by whoever has the credentials.',
          sample: [{ file: '/var/lib/primum/postmaster-example.org.json' }],
        }),
    })
    .prefault({})
    .describe(
      'What large receivers say of your addresses and domains (OWN-1). Complaints of their users ' +
        '(JMRP) come to the LMTP door.',
    ),
  proof: z
    .strictObject({
      letters: z
        .boolean()
        .default(false)
        .describe(
          'Whether a letter goes to abuse@ and postmaster@ of each domain, by `alerts.email`, and must ' +
            'come back through the LMTP door: a copy of those mailboxes goes there.',
        ),
      every: duration('1d', '90d').prefault('7d').describe('How often each address gets one.'),
      within: duration('5m', '7d')
        .prefault('1d')
        .describe('One that is not back by then is missing.'),
    })
    .prefault({})
    .describe('Proof that abuse@ and postmaster@ are read (FBK-4).'),
  relay: relay.prefault({}).describe('From where relaying is tried (OWN-4).'),
  helo: domain()
    .optional()
    .describe(
      'What the probes say in EHLO: the name of this machine as DNS knows it. The shipped name is in no DNS, so a ' +
        'mail server that looks names up refuses whatever is asked under it, and what it refuses says nothing.',
    ),
  smuggling: z
    .boolean()
    .default(false)
    .describe(
      'Whether false ends of messages (SMTP smuggling) are tried on your mail servers (OWN-5). It is the one probe ' +
        'that goes past DATA, as a bounce to your postmaster: a server that takes a false end could deliver that ' +
        'message to him. All others end before DATA.',
    ),
  dns: dns.prefault({}).describe('How DNS is asked.'),
  smtp_timeout: duration('100ms', '5m')
    .prefault('20s')
    .describe('Longest wait for one reply of a mail server.'),
  parallel: count(1, 1_000).default(32).describe('Checks at once.'),
  every: duration('1m', '31d')
    .prefault('6h')
    .describe('How often each check runs while the daemon does, a tenth more or less.'),
  confirm_after: duration('1s', '1d')
    .prefault('5m')
    .describe(
      'A finding that got worse is looked at again after this time before anybody is alerted.',
    ),
  blind_after: duration('5m', '31d')
    .prefault('1d')
    .describe(
      'What nobody has been able to look at for this long (a name server, list or host that does not answer) ' +
        'is alerted once for each practice, at the earliest at the second round. On the scorecard it is "unknown" at once.',
    ),
  silences: z
    .array(silence)
    .max(MAX_SILENCES)
    .prefault([])
    .meta({
      effect: 'reload',
      description: 'Findings that are known; no alert until their end.',
      sample: [{ practice: 'OWN-1', until: '2026-12-24', why: 'delisting asked for' }],
    }),
});
