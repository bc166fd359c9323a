/** What `primum audit` proposes to whoever begins: from postconf and DNS, and fit to be pasted. */
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { watchSchema } from '../config/sections/watch.ts';
import type { Dns } from './dns.ts';
import { askPostconf } from './postconf.ts';
import type { Listing } from './domain-tables.ts';
import { proposalText } from './proposal-text.ts';
import { MAX_PROPOSED_DOMAINS, propose, type Sources } from './propose.ts';

function dnsWith(records: Readonly<Record<string, readonly string[]>>): Pick<Dns, 'ask'> {
  return {
    ask: (name, type) => {
      const found = records[`${name} ${type}`];
      return Promise.resolve(found ? { kind: 'found', records: found } : { kind: 'none' });
    },
  };
}

/** A machine with this main.cf and master.cf, and nothing open. */
const machine = (main: string, more: Sources & { readonly master?: string } = {}): Sources => {
  const { master = '', ...others } = more;
  return {
    openPorts: () => Promise.resolve([]),
    postconf: ([flag]) =>
      Promise.resolve({ text: flag === '-x' ? main : flag === '-M' ? master : '' }),
    ...others,
  };
};

const POSTCONF = [
  'myhostname = mx1.house.test',
  'mydestination = $myhostname, localhost.house.test, localhost, house.test',
  'virtual_mailbox_domains = hash:/etc/postfix/domains other.test',
  'relay_domains =',
  'mynetworks = 127.0.0.0/8 [::1]/128 198.51.100.0/24 [2001:db8::]/32',
].join('\n');

const sectionOf = (text: string) => {
  const { watch } = parse(text.slice(text.indexOf('watch:'))) as { watch: unknown };
  return watchSchema.parse(watch);
};

describe('the proposal of primum audit', () => {
  it('names the host, its addresses in DNS, its domains and the networks Postfix trusts', async () => {
    const dns = dnsWith({
      'mx1.house.test A': ['198.51.100.7'],
      'mx1.house.test AAAA': ['2001:db8::7'],
    });
    const watch = sectionOf(proposalText(await propose(dns, machine(POSTCONF))));
    expect(watch.hosts).toMatchObject([
      { name: 'mx1.house.test', addresses: ['198.51.100.7', '2001:db8::7'] },
    ]);
    expect(watch.domains).toEqual(['house.test', 'other.test']);
    expect(watch.relay.trusted_networks).toEqual(['198.51.100.0/24', '2001:db8::/32']);
  });

  it('names the domains of an inline table, and no table of that name', async () => {
    const text =
      'myhostname = mx1.house.test\nvirtual_mailbox_domains = inline:{ a.test=x, { b.test = y z } } c.test';
    const found = await propose(dnsWith({}), machine(text));
    expect([...found.domains].sort()).toEqual(['a.test', 'b.test', 'c.test']);
    expect(found.unread).toEqual([]);
  });

  it('can be pasted where the host has no domain and no address of the Internet', () => {
    const proposal = { domains: [], trustedNetworks: [] };
    const addresses = ['fd00::2', '10.0.0.2', '198.51.100.7'];
    const text = proposalText({ ...proposal, host: 'vm', addresses });
    expect(text).toContain('vm.example.org  # the name it says in HELO, with its domain');
    expect(sectionOf(text).hosts).toMatchObject([
      { name: 'vm.example.org', addresses: ['198.51.100.7'] },
    ]);
  });

  it('names the domains of the tables that it can read, and says why it cannot read others', async () => {
    const tables: Readonly<Record<string, Listing>> = {
      'hash:/etc/postfix/domains': { kind: 'listed', domains: ['in-hash.test', 'house.test'] },
      'proxy:mysql:/m.cf': { kind: 'unlisted', why: 'mysql lists none' },
      'pcre:/p': { kind: 'listed', domains: ['in-pcre.test'], gap: 'of its patterns 1 mean more' },
    };
    const list = (table: string) =>
      Promise.resolve(tables[table] ?? { kind: 'unlisted' as const, why: 'none' });
    const main = `${POSTCONF}\nvirtual_alias_domains = proxy:mysql:/m.cf pcre:/p`;
    const text = proposalText(await propose(dnsWith({}), machine(main, { list })));
    expect(text).toContain(
      [
        'Postfix may keep more domains where they were not read; add those that stand in',
        '- proxy:mysql:/m.cf (virtual_alias_domains): mysql lists none.',
        '- pcre:/p (virtual_alias_domains): of its patterns 1 mean more.',
      ].join('\n'),
    );
    expect(sectionOf(text).domains).toEqual([
      ...['house.test', 'other.test', 'in-hash.test', 'in-pcre.test'],
    ]);
  });

  it('counts the domains that are too many to be shown', async () => {
    const domains = Array.from({ length: MAX_PROPOSED_DOMAINS + 7 }, (_, at) => `d${at}.test`);
    const list = (): Promise<Listing> => Promise.resolve({ kind: 'listed', domains });
    const main = 'myhostname = mx1.house.test\nrelay_domains = hash:/d';
    const text = proposalText(await propose(dnsWith({}), machine(main, { list })));
    expect(text).toContain('There are 7 more domains than are shown here; add them.');
    expect(sectionOf(text).domains).toHaveLength(MAX_PROPOSED_DOMAINS);
  });

  it('says why postconf failed', async () => {
    const broken = await askPostconf(
      ['-e', 'console.error("bad main.cf\\u001b[2J"); process.exit(1)'],
      process.execPath,
    );
    const text = proposalText(
      await propose(dnsWith({}), { postconf: () => Promise.resolve(broken) }),
    );
    expect(text).toContain('postconf could not say all: bad main.cf [2J.\nMend that');
    expect(sectionOf(text).domains).toEqual([]);
  });

  it('is text of a terminal with 80 columns, however many domains there are', async () => {
    const domains = Array.from({ length: 30 }, (_, at) => `domain-${at}.house.test`).join(', ');
    const found = `mydestination = ${domains}\nmyhostname = mx1.house.test`;
    const text = proposalText(await propose(dnsWith({}), machine(found)));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(sectionOf(text).domains).toHaveLength(30);
  });

  it('writes domains as DNS has them, and says which entries are none and why', async () => {
    const tables = (): Promise<Listing> =>
      Promise.resolve({
        kind: 'listed',
        domains: ['in.test'],
        others: ['un_der.test', '.sub.test'],
      });
    const main =
      'myhostname = mx1.house.test\nmydestination = good.test, bücher.test, bad_label.test, .dot.test, ' +
      'trailing.test., [192.0.2.9], 192.0.2.5, localhost\nrelay_domains = hash:/t, !not.test, .dot.test';
    const text = proposalText(await propose(dnsWith({}), machine(main, { list: tables })));
    expect(sectionOf(text).domains).toEqual([
      ...['good.test', 'xn--bcher-kva.test', 'trailing.test', 'in.test'],
    ]);
    expect(text.replaceAll('\n', ' ')).toContain(
      'These entries were left out: bad_label.test (no name of letters, digits and hyphens), ' +
        '.dot.test (all names below it), [192.0.2.9] (an address), 192.0.2.5 (an address), ' +
        '!not.test (begins with !), and 2 more.',
    );
  });

  it('cuts an entry that is longer than a line, and names none twice', async () => {
    const main = `myhostname = mx1.house.test\nmydestination = ${'x'.repeat(5_000)}_.test BAD_.test bad_.test`;
    const text = proposalText(await propose(dnsWith({}), machine(main)));
    expect(text).toContain('bad_.test');
    expect(text.match(/bad_\.test/gi)).toHaveLength(1);
    expect(text.length).toBeLessThan(1_000);
  });

  it('says nothing of it where there is no Postfix', async () => {
    expect(await askPostconf([], '/nowhere/postconf')).toEqual({ text: '' });
  });
});

describe('the proposal of primum audit, of ports', () => {
  const MASTER = [
    'smtp inet n - y - 1 postscreen',
    'smtpd pass - - y - - smtpd',
    'submission inet n - y - - smtpd',
    'submissions inet n - y - - smtpd',
    '127.0.0.1:10025 inet n - y - - smtpd',
    '[::1]:10026 inet n - y - - smtpd',
    'ours inet n - y - - smtpd',
    'lmtp unix - - y - - lmtp',
  ].join('\n');
  const main = 'myhostname = mx1.house.test\nmydestination = house.test\ninet_interfaces = all';
  const doors = [
    { name: 'api', address: '0.0.0.0:8085' },
    { name: 'lmtp', address: '127.0.0.1:2424' },
    { name: 'policy', address: 'unix:/run/policy.sock' },
  ];
  const proposed = async (more: Parameters<typeof machine>[1], text = main) =>
    proposalText(await propose(dnsWith({}), machine(text, more)));

  it('names those of master.cf and of its own doors that others reach (OWN-9)', async () => {
    const text = await proposed({ master: MASTER, doors });
    const { open_ports: ports, hosts } = sectionOf(text);
    expect(ports.map(({ port }) => port)).toEqual([25, 465, 587, 8085]);
    expect(ports[0]).toEqual({
      ...{ port: 25, protocol: 'tcp', owner: 'mail team', contact: 'postmaster@house.test' },
    });
    expect(text).toContain('# submission in master.cf\n    - port: 587');
    expect(text).toContain('# doors.api of Primum\n    - port: 8085');
    expect(text.replaceAll('\n', ' ')).toContain(
      'ports are not known here; add those to open_ports: ours.',
    );
    expect(hosts).toMatchObject([
      { roles: ['mx', 'submission', 'outbound'], submission_port: 587 },
    ]);
  });

  it('shows what else is open without declaring it', async () => {
    const openPorts = () =>
      Promise.resolve([
        { port: 22, protocol: 'tcp' as const },
        { port: 25, protocol: 'tcp' as const },
        { port: 123, protocol: 'udp' as const },
      ]);
    const text = await proposed({ master: MASTER, openPorts });
    expect(sectionOf(text).open_ports.map(({ port }) => port)).toEqual([25, 465, 587]);
    expect(text).toContain('    # - port: 22\n    #   owner: mail team');
    expect(text).toContain('    # - port: 123\n    #   protocol: udp');
    expect(text).not.toContain('# - port: 25\n');
    expect(
      sectionOf(text.replaceAll('    # ', '    ').replaceAll(/^ {4}[A-Za-z].*\n/gm, '')),
    ).toMatchObject({ open_ports: { length: 5 } });
  });

  it('names another port of customers, and no MX where port 25 is of this machine only', async () => {
    const master = '127.0.0.1:25 inet n - y - - smtpd\n192.0.2.1:2587 inet n - y - - smtpd';
    const own = '192.0.2.1:2587/inet/smtpd_sasl_auth_enable = yes';
    const { postconf } = machine(main, { master });
    const { hosts, open_ports: ports } = sectionOf(
      await proposed({
        postconf: (args) =>
          args[0] === '-P' ? Promise.resolve({ text: own }) : (postconf?.(args) as never),
      }),
    );
    expect(hosts).toMatchObject([{ roles: ['submission', 'outbound'], submission_port: 2587 }]);
    expect(ports.map(({ port }) => port)).toEqual([2587]);
  });

  it('names the port at which mail comes in where it is not 25, and where that is', async () => {
    const text = await proposed({ master: '192.0.2.1:2525 inet n - y - - smtpd' });
    const { hosts } = sectionOf(text);
    expect(hosts).toMatchObject([{ roles: ['mx', 'outbound'], smtp_port: 2525 }]);
    expect(text).toContain('      # Mail comes in at 192.0.2.1:2525 (master.cf).\n');
  });

  it('names it also where it is of this machine only, and declares no port for it', async () => {
    const text = await proposed({ master: '127.0.5.1:2525 inet n - y - - smtpd' });
    const { hosts, open_ports: ports } = sectionOf(text);
    expect(hosts).toMatchObject([{ roles: ['mx', 'outbound'], smtp_port: 2525 }]);
    expect(ports).toEqual([]);
    expect(text).toContain(
      '      # Mail comes in at 127.0.5.1:2525, for this machine only (master.cf).\n',
    );
  });

  it('says where port 25 is bound, adds that address, and is silent where it is not bound', async () => {
    const bound = await proposed({ master: '198.51.100.9:25 inet n - y - - smtpd' });
    expect(bound).toContain('      # Mail comes in at 198.51.100.9:25 (master.cf).\n');
    const [host] = sectionOf(bound).hosts;
    expect(host?.addresses).toContain('198.51.100.9');
    expect(host).toMatchObject({ smtp_port: 25 });
    const free = await proposed({
      master: '198.51.100.9:25 inet n - y - - smtpd\nsmtp inet n - y - - smtpd',
    });
    expect(free).not.toContain('Mail comes in');
    const six = await proposed({ master: '[2001:db8::9]:25 inet n - y - - smtpd' });
    expect(six).toContain('# Mail comes in at [2001:db8::9]:25 (master.cf).');
    expect(sectionOf(six).hosts[0]?.addresses).toContain('2001:db8::9');
  });

  it.each([
    [
      'two of which nobody knows which it is',
      '192.0.2.1:2525 inet n - y - - smtpd\n2526 inet n - y - - smtpd',
    ],
    ['TLS from the start', '465 inet n - y - - smtpd'],
    [
      'a filter that gives back what came at loopback',
      'smtp inet n - y - - smtpd\n127.0.0.1:10025 inet n - y - - smtpd',
    ],
  ])('names no other port than 25 with %s', async (_, master) => {
    expect(await proposed({ master })).not.toContain('smtp_port');
  });

  it('names no port for mail of a machine that takes it from itself only', async () => {
    const inside = main.replace('= all', '= loopback-only');
    const master = 'smtp inet n - y - - smtpd\n127.0.0.1:10025 inet n - y - - smtpd';
    expect(await proposed({ master }, inside)).not.toContain('smtp_port');
  });

  it('names none where Postfix listens on loopback only', async () => {
    const inside = main.replace('= all', '= loopback-only');
    const text = await proposed({ master: 'smtp inet n - y - - smtpd' }, inside);
    expect(text).not.toContain('open_ports');
    expect(text).not.toContain('roles');
  });
});
