/** What could be watched: found in Postfix's own settings and in DNS, for whoever begins. */
import { hostname, networkInterfaces } from 'node:os';
import type { Dns } from './dns.ts';
import {
  askPostconf,
  isDomain,
  isTable,
  namedIn,
  settingsIn,
  withoutInline,
  wordsIn,
  type Postconf,
} from './postconf.ts';
import { isLocalOnly } from './scope.ts';

const PARAMETERS = [
  ...['myhostname', 'mydestination', 'virtual_mailbox_domains', 'relay_domains'],
  ...['mynetworks', 'inet_interfaces', 'virtual_alias_domains'],
];
const MAX_DOMAINS = 1_000;
/** Parameters that name domains. */
const NAMING = [
  ...['mydestination', 'virtual_mailbox_domains', 'relay_domains', 'virtual_alias_domains'],
];

export interface Proposal {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly domains: readonly string[];
  readonly trustedNetworks: readonly string[];
  /** Why Postfix did not say all of its settings. */
  readonly postconfWhy?: string;
  /** Tables that name more domains, with their parameter. */
  readonly tables?: readonly string[];
}

/** @param postconf Replaced by tests. */
export async function propose(
  dns: Pick<Dns, 'ask'>,
  postconf: () => Promise<Postconf> = () => askPostconf(['-x', ...PARAMETERS]),
): Promise<Proposal> {
  const { text, why } = await postconf();
  const settings = settingsIn(text);
  const host = (settings.get('myhostname') ?? hostname()).toLowerCase();
  const named = NAMING.flatMap((name) => namedIn(settings.get(name) ?? ''))
    .map((word) => word.replaceAll('$myhostname', host).toLowerCase())
    .filter((word) => isDomain(word) && word !== host);
  const [v4, v6] = await Promise.all([dns.ask(host, 'A'), dns.ask(host, 'AAAA')]);
  const inDns = [v4, v6].flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return {
    host,
    addresses: inDns.length > 0 ? inDns : ownAddresses(),
    domains: [...new Set(named)].slice(0, MAX_DOMAINS),
    trustedNetworks: wordsIn(settings.get('mynetworks') ?? '').filter(
      (word) =>
        /^[0-9a-f.:[\]/]+$/i.test(word) && !word.startsWith('127.') && !word.startsWith('[::1'),
    ),
    tables: NAMING.flatMap((name) =>
      wordsIn(withoutInline(settings.get(name) ?? ''))
        .filter(isTable)
        .map((table) => `${table} (${name})`),
    ),
    ...(why === undefined ? {} : { postconfWhy: why }),
  };
}

/** A section for the configuration file. */
export function proposalText(proposal: Proposal): string {
  const { host, domains, trustedNetworks } = proposal;
  // What nobody outside can reach would fail its rows as soon as it was pasted.
  const addresses = proposal.addresses.filter((address) => !isLocalOnly(address));
  const name = host.includes('.')
    ? host
    : `${host}.example.org  # the name it says in HELO, with its domain`;
  const list = (texts: readonly string[]): string =>
    `[${texts.map((text) => `'${text}'`).join(', ')}]`;
  return [
    'Nothing of your own house is watched yet. This was found here; look at it, put',
    'it into the configuration file, and run this again with --config FILE:',
    ...lackNotes(proposal),
    '',
    'watch:',
    '  hosts:',
    `    - name: ${name}`,
    ...addressLines(addresses),
    ...(domains.length === 0
      ? ['  domains: [] # those that you host mail for']
      : ['  domains:', ...domains.map((domain) => `    - '${domain}'`)]),
    ...(trustedNetworks.length === 0
      ? []
      : [
          '  relay:',
          `    trusted_networks: ${list(trustedNetworks.map((n) => n.replaceAll(/[[\]]/g, '')))}`,
        ]),
    '',
  ].join('\n');
}

function addressLines(addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0)
    return ['      # addresses: those that the world sees; without them DNS is asked'];
  return ['      addresses:', ...addresses.map((address) => `        - '${address}'`)];
}

/** What is not in the proposal, as nobody could read it. */
function lackNotes({ postconfWhy, tables = [] }: Proposal): readonly string[] {
  const shown = tables.slice(0, MAX_TABLES).join(', ');
  const more = tables.length > MAX_TABLES ? ` and ${tables.length - MAX_TABLES} more` : '';
  return [
    ...(postconfWhy === undefined
      ? []
      : [
          '',
          ...folded(`postconf could not say all: ${oneLine(postconfWhy)}.`),
          'Mend that and run this again, or write your domains and networks yourself.',
        ]),
    ...(tables.length === 0
      ? []
      : [
          '',
          ...folded(
            `Postfix keeps more domains in tables that are not read here: ${shown}${more}.`,
          ),
          'Add the domains that stand in them.',
        ]),
  ];
}

const MAX_TABLES = 5;

/** Lines of a terminal; a word that is longer stays whole. */
const folded = (text: string): readonly string[] => text.match(/\S.{0,78}(?=\s|$)|\S+/g) ?? [];

/** What another program prints may hold anything. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').replace(/[.\s]+$/, '');

function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
}
