/**
 * The scorecard against real servers: Postfix, nsd, unbound, rbldnsd. The good house passes every
 * row; each bad one fails exactly the row that it breaks.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { audit } from '../../src/daemon/audit.ts';
import { mailServersAreHere } from './available.ts';
import { startGuestAuth } from './guest-auth.ts';
import { startHouse, type House } from './house.ts';
import { startHouseDns, type HouseDns, type HouseZones } from './house-dns.ts';
import { BAD_DOMAINS, LISTS, ZONES } from './house-zones.ts';

const ROWS = 'OWN-1,OWN-2,OWN-3,OWN-4,OWN-5,OWN-7,OWN-8,OWN-10,OWN-11,SND-15,FBK-4';
const DAY_MS = 86_400_000;

let folder: string;
let house: House;
let dns: HouseDns;
const authorities = getCACertificates('default');

interface Wrong {
  readonly roles?: readonly string[];
  readonly host?: string;
  readonly address?: string;
  readonly domain?: string;
  readonly sources?: readonly string[];
  readonly recipient?: string;
  readonly networks?: readonly string[];
  readonly smuggling?: boolean;
  readonly now?: () => number;
}

/** DANE of the mail server under two more names: by its key, and by one of yesterday. */
function withTlsa(zones: HouseZones, certificate: string): HouseZones {
  const { publicKey } = new X509Certificate(certificate);
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const tlsa = (name: string, bytes: Buffer): string =>
    `_25._tcp.${name} IN TLSA 3 1 1 ${createHash('sha256').update(bytes).digest('hex')}`;
  const records = [tlsa('other', key), tlsa('stale', Buffer.from('a key of yesterday'))];
  const [lines = ''] = zones.zones['house.test'] ?? [];
  return { ...zones, zones: { ...zones.zones, 'house.test': [[lines, ...records].join('\n')] } };
}

/** State of each row, and what was seen. */
async function look(wrong: Wrong = {}, only = ROWS) {
  const configFile = join(folder, 'primum.yaml');
  const watch = {
    hosts: [
      {
        name: wrong.host ?? 'mx1.house.test',
        addresses: [wrong.address ?? '127.0.0.1'],
        smtp_port: house.port,
        ...(wrong.roles === undefined ? {} : { roles: wrong.roles, submission_port: house.port }),
      },
    ],
    domains: [wrong.domain ?? 'house.test'],
    networks: wrong.networks ?? ['127.0.0.2/32'],
    dkim_selectors: ['s1'],
    listings: { catalogue: join(folder, 'lists.json') },
    relay: {
      source_addresses: wrong.sources ?? ['127.0.0.9'],
      ...(wrong.recipient === undefined ? {} : { recipient: wrong.recipient }),
    },
    smuggling: wrong.smuggling ?? false,
    dns: { servers: [dns.resolver], authority_port: dns.authorityPort, timeout: '2s' },
  };
  await writeFile(configFile, stringify({ state: folder, watch }));
  const { now } = wrong;
  const { report } = await audit({ configFile, only, ...(now === undefined ? {} : { now }) });
  const rows = Object.fromEntries(report.practices.map((row) => [row.id, row.result ?? row.state]));
  const seen = report.practices
    .flatMap(({ findings }) => findings)
    .filter(({ state }) => state !== 'pass' && state !== 'not-applicable')
    .flatMap(({ practice, state, evidence }) => evidence.map((t) => `${practice} ${state}: ${t}`));
  return { rows, seen: seen.join('\n') };
}

const failing = (rows: Record<string, string>): string[] =>
  Object.keys(rows)
    .filter((id) => rows[id] === 'fail')
    .sort();

describe.runIf(mailServersAreHere)('OWN-1 to OWN-11, SND-15, FBK-4: the own house', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'primum-audit-'));
    await writeFile(join(folder, 'lists.json'), JSON.stringify(LISTS));
    house = await startHouse(['house.test', ...BAD_DOMAINS.map(([name]) => name)]);
    dns = await startHouseDns(withTlsa(ZONES, house.certificate));
    setDefaultCACertificates([...authorities, house.certificate]);
  }, 60_000);

  afterAll(async () => {
    setDefaultCACertificates(authorities);
    await house.stop();
    await dns.stop();
    await rm(folder, { recursive: true });
  });

  it('passes a good house in every row, and sends no message', async () => {
    const { rows, seen } = await look();
    expect(seen).toBe('');
    expect(new Set(Object.values(rows))).toEqual(new Set(['pass']));
    expect(await house.queued()).toBe(0);
    expect(await house.log()).not.toContain('postfix/qmgr[0-9]*: .*from=');
  }, 60_000);

  it.each([
    ['OWN-4', 'an open relay', { mynetworks: '127.0.0.0/8' }, 'takes mail for strangers'],
    [
      'OWN-4',
      'an open relay that refuses unknown recipient domains',
      {
        mynetworks: '127.0.0.0/8',
        smtpd_recipient_restrictions: 'reject_unknown_recipient_domain',
      },
      'RCPT TO:<primum-relay-test@[192.0.2.1]>',
    ],
    ['OWN-10', 'a catch-all', { local_recipient_maps: '' }, 'an address made up by chance'],
    [
      'OWN-3',
      'a wrong name of its own',
      { myhostname: 'localhost.localdomain' },
      'calls itself "localhost.localdomain", which does not lead to it',
    ],
    ['OWN-5', 'VRFY', { disable_vrfy_command: 'no' }, 'VRFY'],
    [
      'OWN-5',
      'fewer than 100 recipients of a message',
      { smtpd_recipient_limit: '20' },
      'takes 20 recipients of one message, then says "452 4.5.3 Error: too many recipients"',
    ],
    ['OWN-5', 'no STARTTLS', { smtpd_tls_security_level: 'none' }, 'does not offer STARTTLS'],
    [
      'OWN-5',
      'AUTH on port 25 behind STARTTLS',
      {
        ...{ smtpd_sasl_auth_enable: 'yes', smtpd_sasl_type: 'cyrus', smtpd_tls_auth_only: 'yes' },
        smtpd_sasl_security_options: 'noanonymous',
      },
      'after STARTTLS, where servers talk to servers',
    ],
    [
      'OWN-5',
      'a null sender that is refused, as shipped at RCPT only',
      {
        smtpd_delay_reject: 'yes',
        smtpd_sender_restrictions: 'check_sender_access inline:{ {<> = REJECT} }',
      },
      'refuses it from the null sender, so bounces are lost',
    ],
    [
      'OWN-7',
      'a telling greeting',
      { smtpd_banner: '$myhostname ESMTP $mail_name (Debian/GNU)' },
      'it tells the product (Postfix)',
    ],
    [
      'FBK-4',
      'abuse@ that is refused',
      { local_recipient_maps: 'inline:{ postmaster=x, ann=x }' },
      'refuses abuse@house.test',
    ],
  ])(
    'fails %s for %s, and nothing else',
    async (row, _, settings, evidence) => {
      const { rows, seen } = await house.withSettings(settings, () => look());
      expect(failing(rows), seen).toEqual([row]);
      expect(seen).toContain(evidence);
      expect(await house.queued()).toBe(0);
    },
    60_000,
  );

  it.each([
    ['OWN-2', 'no reverse name', { address: '127.0.0.10' }, 'has no reverse name', ['OWN-2']],
    [
      'OWN-2',
      'a reverse name that leads elsewhere',
      { address: '127.0.0.11' },
      'but that name has 127.0.0.1',
      ['OWN-2'],
    ],
    [
      'SND-15',
      'the name of a home connection',
      { address: '127.0.0.12' },
      'looks like a home connection',
      ['SND-15'],
    ],
    [
      'OWN-1',
      'a listed address',
      { address: '127.0.0.13' },
      '127.0.0.13 is on Good list',
      ['OWN-1'],
    ],
    [
      'OWN-3',
      'a HELO name without an address',
      { host: 'nowhere.house.test' },
      'The HELO name nowhere.house.test has no address',
      ['OWN-3'],
    ],
  ])(
    'fails %s for %s, and nothing else',
    async (...[, , wrong, evidence, rows]) => {
      const found = await look(wrong);
      expect(failing(found.rows), found.seen).toEqual(rows);
      expect(found.seen).toContain(evidence);
    },
    60_000,
  );

  it('fails OWN-3 for the name that it says when it sends, whatever it says in its greeting', async () => {
    vi.stubEnv('MAIL_CONFIG', house.etc);
    try {
      const good = await look();
      expect(failing(good.rows), good.seen).toEqual([]);
      const wrong = { smtp_helo_name: 'localhost.localdomain' };
      const { rows, seen } = await house.withSettings(wrong, () => look());
      expect(failing(rows), seen).toEqual(['OWN-3']);
      expect(seen).toMatch(/localhost\.localdomain \(smtp_helo_name of Postfix: \/\S+\/main\.cf\)/);
    } finally {
      vi.unstubAllEnvs();
    }
  }, 60_000);

  it('says unknown where the probe is refused for its name, even of an open relay', async () => {
    const settings = {
      mynetworks: '127.0.0.0/8',
      ...{ smtpd_helo_restrictions: 'reject_unknown_helo_hostname' },
      unknown_hostname_reject_code: '550',
    };
    const { rows, seen } = await house.withSettings(settings, () => look());
    expect(failing(rows), seen).toEqual([]);
    for (const row of ['OWN-4', 'OWN-5', 'OWN-10', 'FBK-4'])
      expect(rows[row], seen).toBe('unknown');
  }, 60_000);

  it('fails OWN-4 for a guest behind STARTTLS, and OWN-5 for where he logs in', async () => {
    const auth = await startGuestAuth();
    const settings = {
      ...{ smtpd_sasl_auth_enable: 'yes', smtpd_sasl_type: 'dovecot', smtpd_tls_auth_only: 'yes' },
      ...{ smtpd_sasl_path: auth.path, smtpd_sasl_security_options: 'noanonymous' },
      smtpd_relay_restrictions: 'permit_sasl_authenticated, reject_unauth_destination',
    };
    try {
      const { rows, seen } = await house.withSettings(settings, () => look());
      expect(failing(rows), seen).toEqual(['OWN-4', 'OWN-5']);
      expect(seen).toContain('takes mail for strangers from strangers: after AUTH as guest');
      expect(await house.queued()).toBe(0);
    } finally {
      await auth.stop();
    }
  }, 60_000);

  it('says unknown of an open relay that refuses whoever is nobody, until a recipient is named', async () => {
    const settings = {
      mynetworks: '127.0.0.0/8',
      smtpd_recipient_restrictions:
        'check_recipient_access inline:{ {example.com = 556 5.1.10 it has a null MX} {[192.0.2.1] = 501 5.1.3 no literals} }',
    };
    await house.withSettings(settings, async () => {
      const unnamed = await look({}, 'OWN-4');
      expect(unnamed.rows['OWN-4'], unnamed.seen).toBe('unknown');
      expect(unnamed.seen).toContain('does not say whether it relays');
      const named = await look({ recipient: 'me@far.test' }, 'OWN-4');
      expect(named.rows['OWN-4'], named.seen).toBe('fail');
    });
  }, 60_000);

  it('fails ACC-13 and OWN-5 for AUTH without TLS, and nothing else', async () => {
    const auth = {
      ...{ smtpd_sasl_auth_enable: 'yes', smtpd_sasl_type: 'cyrus', smtpd_tls_auth_only: 'no' },
      smtpd_sasl_security_options: 'noanonymous',
    };
    const rows = `ACC-13,${ROWS}`;
    await house.withSettings(auth, async () => {
      const { rows: found, seen } = await look({ roles: ['submission'] }, rows);
      expect(failing(found), seen).toEqual(['ACC-13', 'OWN-5']);
      expect(seen).toContain('offers AUTH before TLS, so passwords go in the clear');
    });
    const { rows: found, seen } = await look({ roles: ['submission'] }, rows);
    expect(failing(found), seen).toEqual([]);
  }, 60_000);

  it('warns in OWN-8 of a certificate that DANE does not know, as the zone may not be signed', async () => {
    const known = await look({ host: 'other.house.test' }, 'OWN-8');
    expect(known.rows['OWN-8'], known.seen).toBe('pass');
    const unknown = await look({ host: 'stale.house.test' }, 'OWN-8');
    expect(unknown.rows['OWN-8'], unknown.seen).toBe('warn');
    expect(unknown.seen).toContain('No TLSA record of stale.house.test is that of the certificate');
  }, 60_000);

  it('OWN-5: tries false ends of messages only where that is switched on', async () => {
    await house.withSettings({ smtpd_forbid_bare_newline: 'no' }, async () => {
      const unasked = await look();
      expect(failing(unasked.rows), unasked.seen).toEqual([]);
      const { rows, seen } = await look({ smuggling: true });
      expect(failing(rows), seen).toEqual(['OWN-5']);
      expect(seen).toContain('for the end of a message');
      expect(await house.queued()).toBe(0);
    });
  }, 60_000);

  it('OWN-5: warns of old TLS, which a good handshake does not show', async () => {
    await house.withSettings({ smtpd_tls_protocols: '>=TLSv1' }, async () => {
      const { rows, seen } = await look({}, 'OWN-5');
      expect(rows['OWN-5'], seen).toBe('warn');
      expect(seen).toContain('still takes TLSv1');
    });
  }, 60_000);

  it.each([
    ['ended', 100, ' ended on 20'],
    ['is not valid yet', -2, ' is valid from 20'],
  ])(
    'fails OWN-5 for a certificate that %s, and nothing else',
    async (_, days, evidence) => {
      const { rows, seen } = await look({ now: () => Date.now() + days * DAY_MS });
      expect(failing(rows), seen).toEqual(['OWN-5']);
      expect(seen).toContain(
        `The certificate of mx1.house.test (127.0.0.1) port ${house.port}${evidence}`,
      );
    },
    60_000,
  );

  it.each(BAD_DOMAINS)(
    'fails nothing of %s but what its DNS has wrong: %s',
    async (domain, evidence, row) => {
      const { rows, seen } = await look({ domain });
      expect(failing(rows), seen).toEqual([row]);
      expect(seen).toContain(evidence);
    },
    60_000,
  );

  it('says unknown of relaying where the host may trust us, and of addresses that are not ours', async () => {
    const { rows, seen } = await look({ sources: [] });
    expect(rows['OWN-4']).toBe('unknown');
    expect(seen).toContain('says nothing of strangers');
    const elsewhere = await look({ host: 'elsewhere.house.test', address: '192.0.2.1' }, 'OWN-7');
    expect(elsewhere.rows['OWN-7']).toBe('unknown');
  }, 60_000);
});
