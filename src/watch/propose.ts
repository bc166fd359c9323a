/** What could be watched: found in Postfix's own settings and in DNS, for whoever begins. */
import { hostname, networkInterfaces } from 'node:os';
import { reachedNow, type Port } from './checks/ports.ts';
import type { Dns } from './dns.ts';
import { listTable, listTables, type Listed, type ListTable } from './domain-tables.ts';
import { readDomains } from './domain-word.ts';
import {
  hostByServices,
  inetServices,
  mailPorts,
  reachedServices,
  type Door,
  type HostByServices,
  type MailPort,
} from './mail-ports.ts';
import {
  askPostconf,
  isTable,
  namedIn,
  servicesIn,
  settingsIn,
  withoutInline,
  wordsIn,
  type Postconf,
} from './postconf.ts';

const PARAMETERS = [
  ...['myhostname', 'mydestination', 'virtual_mailbox_domains', 'relay_domains'],
  ...['mynetworks', 'inet_interfaces', 'virtual_alias_domains'],
];
/** More would be read by nobody; `watch.domains` takes ten times as many. */
export const MAX_PROPOSED_DOMAINS = 1_000;
/** Parameters that name domains. */
const NAMING = [
  ...['mydestination', 'virtual_mailbox_domains', 'relay_domains', 'virtual_alias_domains'],
];

export interface Proposal extends Omit<HostByServices, 'boundTo'> {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly domains: readonly string[];
  /** How many more domains there are. */
  readonly moreDomains?: number;
  /** Entries that stand where domains do and are none. */
  readonly notDomains?: readonly string[];
  readonly trustedNetworks: readonly string[];
  /** Why Postfix did not say all of its settings. */
  readonly postconfWhy?: string;
  /** Tables that may name more domains, and why they were not read. */
  readonly unread?: Listed['gaps'];
  readonly ports?: readonly MailPort[];
  /** Services of master.cf whose port nobody knows by their name. */
  readonly unknownServices?: readonly string[];
  /** What is open on this machine besides. */
  readonly otherPorts?: readonly Port[];
}

/** Where it is looked; the tests' own in place of this machine. */
export interface Sources {
  readonly doors?: readonly Door[];
  readonly postconf?: (args: readonly string[]) => Promise<Postconf>;
  readonly list?: ListTable;
  readonly openPorts?: () => Promise<readonly Port[]>;
}

export async function propose(
  dns: Pick<Dns, 'ask'>,
  { doors = [], postconf = askPostconf, list = listTable, openPorts = reachedNow }: Sources = {},
): Promise<Proposal> {
  const [main, master, own, open] = await Promise.all([
    postconf(['-x', ...PARAMETERS]),
    postconf(['-M']),
    postconf(['-P', '-x']),
    openPorts(),
  ]);
  const why = main.why ?? master.why ?? own.why;
  const settings = settingsIn(main.text);
  const value = (name: string): string => settings.get(name) ?? '';
  const host = (settings.get('myhostname') ?? hostname()).toLowerCase();
  const [addresses, listed] = await Promise.all([
    addressesOf(host, dns),
    listTables(tablesIn(value), list),
  ]);
  const named = readDomains(
    NAMING.flatMap((name) => namedIn(value(name)))
      .filter((word) => !isTable(word))
      .map((word) => word.replaceAll('$myhostname', host)),
  );
  const both = (of: 'domains' | 'others'): readonly string[] =>
    [...new Set([...named[of], ...listed[of]])].filter((word) => word !== host);
  const domains = both('domains');
  const all = inetServices(servicesIn(master.text, own.text));
  const services = reachedServices(all, wordsIn(value('inet_interfaces')));
  const { boundTo = [], ...byServices } = hostByServices(services, all);
  const ports = mailPorts(services, doors);
  const isNamed = ({ port, protocol }: Port): boolean =>
    protocol === 'tcp' && ports.some((one) => one.port === port);
  return {
    ...{ host, ports, ...byServices },
    addresses: [...new Set([...addresses, ...boundTo])],
    domains: domains.slice(0, MAX_PROPOSED_DOMAINS),
    moreDomains: Math.max(0, domains.length - MAX_PROPOSED_DOMAINS),
    notDomains: both('others'),
    trustedNetworks: wordsIn(value('mynetworks')).filter(
      (word) =>
        /^[0-9a-f.:[\]/]+$/i.test(word) && !word.startsWith('127.') && !word.startsWith('[::1'),
    ),
    unread: listed.gaps,
    unknownServices: services.flatMap(({ name, port }) => (port === undefined ? [name] : [])),
    otherPorts: open.filter((port) => !isNamed(port)),
    ...(why === undefined ? {} : { postconfWhy: why }),
  };
}

const tablesIn = (value: (name: string) => string) =>
  NAMING.flatMap((parameter) =>
    wordsIn(withoutInline(value(parameter)))
      .filter(isTable)
      .map((table) => ({ table, parameter })),
  );

/** Those in DNS; where it has none, those of this machine. */
async function addressesOf(host: string, dns: Pick<Dns, 'ask'>): Promise<readonly string[]> {
  const [v4, v6] = await Promise.all([dns.ask(host, 'A'), dns.ask(host, 'AAAA')]);
  const inDns = [v4, v6].flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return inDns.length > 0 ? inDns : ownAddresses();
}

function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
}
