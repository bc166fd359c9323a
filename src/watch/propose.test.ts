/** What `primum audit` proposes to whoever begins: from postconf and DNS, and fit to be pasted. */
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { watchSchema } from '../config/sections/watch.ts';
import type { Dns } from './dns.ts';
import { askPostconf } from './postconf.ts';
import { propose, proposalText } from './propose.ts';

function dnsWith(records: Readonly<Record<string, readonly string[]>>): Pick<Dns, 'ask'> {
  return {
    ask: (name, type) => {
      const found = records[`${name} ${type}`];
      return Promise.resolve(found ? { kind: 'found', records: found } : { kind: 'none' });
    },
  };
}

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
    const watch = sectionOf(
      proposalText(await propose(dns, () => Promise.resolve({ text: POSTCONF }))),
    );
    expect(watch.hosts).toMatchObject([
      { name: 'mx1.house.test', addresses: ['198.51.100.7', '2001:db8::7'] },
    ]);
    expect(watch.domains).toEqual(['house.test', 'other.test']);
    expect(watch.relay.trusted_networks).toEqual(['198.51.100.0/24', '2001:db8::/32']);
  });

  it('names the domains of an inline table, and no table of that name', async () => {
    const text =
      'myhostname = mx1.house.test\nvirtual_mailbox_domains = inline:{ a.test=x, { b.test = y z } } c.test';
    const found = await propose(dnsWith({}), () => Promise.resolve({ text }));
    expect([...found.domains].sort()).toEqual(['a.test', 'b.test', 'c.test']);
    expect(found.tables).toEqual([]);
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

  it('says which tables it did not read', async () => {
    const text = proposalText(
      await propose(dnsWith({}), () => Promise.resolve({ text: POSTCONF })),
    );
    expect(text.replaceAll('\n', ' ')).toContain(
      'Postfix keeps more domains in tables that are not read here: hash:/etc/postfix/domains ' +
        '(virtual_mailbox_domains). Add the domains that stand in them.',
    );
    expect(sectionOf(text).domains).toEqual(['house.test', 'other.test']);
  });

  it('says why postconf failed', async () => {
    const broken = await askPostconf(
      ['-e', 'console.error("bad main.cf\\u001b[2J"); process.exit(1)'],
      process.execPath,
    );
    const text = proposalText(await propose(dnsWith({}), () => Promise.resolve(broken)));
    expect(text).toContain('postconf could not say all: bad main.cf [2J.\nMend that');
    expect(sectionOf(text).domains).toEqual([]);
  });

  it('is text of a terminal with 80 columns, however many domains there are', async () => {
    const domains = Array.from({ length: 30 }, (_, at) => `domain-${at}.house.test`).join(', ');
    const found = { text: `mydestination = ${domains}\nmyhostname = mx1.house.test` };
    const text = proposalText(await propose(dnsWith({}), () => Promise.resolve(found)));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(sectionOf(text).domains).toHaveLength(30);
  });

  it('says nothing of it where there is no Postfix', async () => {
    expect(await askPostconf([], '/nowhere/postconf')).toEqual({ text: '' });
  });
});
