/** Zones and lists of the house: one good domain, and others that are each wrong in one way. */
import type { HouseZones } from './house-dns.ts';

/** RSA, 2048 bits, made for these tests and thrown away; in DNS a text has at most 255 bytes. */
const KEY = [
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwD4amUzeW5nHfjc+/r8/lDszPkIS10bH5oxeNkHw6YJYtTfgHJDgLRsFGRFoQBBK6KRqFBLmoBS11PDlN35G897wcIBLwN6KC9TIxbSza5hlobZScRkDbCgqV9fr/xJVFejEu0KxSmC0r0/VI2',
  'yTCzF66CI4CLecSVp9xiwqHBSFsEU986OT4ApfjYT8aLM3SMJaKTyM5yzwRENNytwR+FvYIHCqoidPJuuVYIPH1A4jwN7s+gbScdITphxz/cRsuWtiT86qkrFEFb0QeWCqNDEfgHlzQHIC0c1W1Nk3y4kM/ylZ0dlk0tlMeHK3NEdpCa9e1XTuxfsvZfo5LnJwpQIDAQAB',
];

interface Parts {
  readonly mx?: string;
  readonly spf?: string;
  readonly dmarc?: string;
  readonly more?: string;
}

function zone(parts: Parts = {}): string {
  const reports = 'rua=mailto:dmarc@house.test';
  return [
    '@ IN NS ns1.house.test.',
    '@ IN NS ns2.house.test.',
    parts.mx ?? '@ IN MX 10 mx1.house.test.',
    parts.spf ?? '@ IN TXT "v=spf1 mx -all"',
    `_dmarc IN TXT "${parts.dmarc ?? `v=DMARC1; p=reject; ${reports}`}"`,
    `s1._domainkey IN TXT "v=DKIM1; k=rsa; p=" ${KEY.map((text) => `"${text}"`).join(' ')}`,
    parts.more ?? '',
  ].join('\n');
}

/** Domain, what is seen, row. */
export const BAD_DOMAINS: readonly (readonly [string, string, string])[] = [
  ['spf-many.test', 'needs 12 look-ups', 'OWN-8'],
  ['spf-loop.test', 'it goes in a circle', 'OWN-8'],
  ['spf-all.test', 'allows the whole world', 'OWN-8'],
  ['spf-two.test', 'has 2 SPF records', 'OWN-8'],
  ['mx-alias.test', 'is an alias of', 'OWN-8'],
  ['mx-stale.test', 'has no address: mail that tries it first is late', 'OWN-8'],
  ['ns-differ.test', 'do not agree on MX', 'OWN-8'],
  ['dmarc-wrong.test', 'which does not exist', 'OWN-8'],
  ['backup.test', 'is only a second MX', 'OWN-11'],
];

const TWELVE = Array.from({ length: 12 }, (_, at) => `a:h${at}.spf-many.test`);

export const ZONES: HouseZones = {
  zones: {
    test: ['@ IN NS ns1.house.test.'],
    'house.test': [
      zone({
        more: [
          'ns1 IN A 127.0.0.1',
          'ns2 IN A 127.0.0.2',
          'mx1 IN A 127.0.0.1',
          'mx1 IN A 127.0.0.13',
          '203-0-113-12.dyn IN A 127.0.0.12',
          'mx1 IN A 127.0.0.10',
          'mx1 IN A 127.0.0.11',
          'mx1 IN A 127.0.0.12',
          'other IN A 127.0.0.1',
          '*._report._dmarc IN TXT "v=DMARC1"',
        ].join('\n'),
      }),
    ],
    '127.in-addr.arpa': [
      [
        '@ IN NS ns1.house.test.',
        '1.0.0 IN PTR mx1.house.test.',
        '11.0.0 IN PTR other.house.test.',
        '12.0.0 IN PTR 203-0-113-12.dyn.house.test.',
        '13.0.0 IN PTR mx1.house.test.',
      ].join('\n'),
    ],
    'spf-many.test': [
      zone({
        spf: `@ IN TXT "v=spf1 ${TWELVE.join(' ')} -all"`,
        more: TWELVE.map((_, at) => `h${at} IN A 127.0.0.1`).join('\n'),
      }),
    ],
    'spf-loop.test': [
      zone({
        spf: '@ IN TXT "v=spf1 include:a.spf-loop.test -all"',
        more: 'a IN TXT "v=spf1 include:b.spf-loop.test -all"\nb IN TXT "v=spf1 include:a.spf-loop.test -all"',
      }),
    ],
    'spf-all.test': [zone({ spf: '@ IN TXT "v=spf1 mx +all"' })],
    'spf-two.test': [zone({ spf: '@ IN TXT "v=spf1 mx -all"\n@ IN TXT "v=spf1 a -all"' })],
    'mx-alias.test': [
      zone({ mx: '@ IN MX 10 mail.mx-alias.test.', more: 'mail IN CNAME mx1.house.test.' }),
    ],
    'mx-stale.test': [zone({ mx: '@ IN MX 10 mx1.house.test.\n@ IN MX 20 gone.house.test.' })],
    'ns-differ.test': [
      zone(),
      zone({ mx: '@ IN MX 10 mx1.house.test.\n@ IN MX 20 other.house.test.' }),
    ],
    'dmarc-wrong.test': [zone({ dmarc: 'v=DMARC1; p=refuse; rua=mailto:dmarc@house.test' })],
    'backup.test': [zone({ mx: '@ IN MX 10 mx.elsewhere.test.\n@ IN MX 20 mx1.house.test.' })],
    'elsewhere.test': ['@ IN NS ns1.house.test.\nmx IN A 192.0.2.1'],
  },
  lists: {
    'good.list.test': {
      kind: 'ip4set',
      lines: ':127.0.0.2:listed\n127.0.0.2\n127.0.0.13',
    },
    'names.list.test': { kind: 'dnset', lines: ':127.0.0.2:listed\ntest' },
    'wild.list.test': { kind: 'ip4set', lines: ':127.0.0.2:the end\n0.0.0.0/1\n128.0.0.0/1' },
  },
};

const list = {
  use: 'wide',
  codes: { '127.0.0.2': 'sends spam' },
  delist: ['Ask the tests.'],
  source: 'the tests',
} as const;

export const LISTS = {
  about: ['Lists of the tests.'],
  date: '2026-11-28',
  lists: [
    { ...list, zone: 'good.list.test', name: 'Good list', of: 'addresses' },
    { ...list, zone: 'names.list.test', name: 'List of names', of: 'domains' },
    { ...list, zone: 'wild.list.test', name: 'Wild list', of: 'addresses', use: 'few' },
  ],
};
