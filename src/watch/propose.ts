/** What could be watched: found in Postfix's own settings and in DNS, for whoever begins. */
import { hostname, networkInterfaces } from 'node:os';
import type { Dns } from './dns.ts';
import { readPostconf, settingsIn } from './postconf.ts';
import { isLocalOnly } from './scope.ts';

const PARAMETERS = [
  ...['myhostname', 'mydestination', 'virtual_mailbox_domains', 'relay_domains'],
  ...['mynetworks', 'inet_interfaces', 'virtual_alias_domains'],
];
const MAX_DOMAINS = 1_000;

export interface Proposal {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly domains: readonly string[];
  readonly trustedNetworks: readonly string[];
}

/** @param postconf Replaced by tests. */
export async function propose(
  dns: Pick<Dns, 'ask'>,
  postconf: () => Promise<string> = () => readPostconf(PARAMETERS),
): Promise<Proposal> {
  const settings = settingsIn(await postconf());
  const host = (settings.get('myhostname') ?? hostname()).toLowerCase();
  const named = [
    'mydestination',
    'virtual_mailbox_domains',
    'relay_domains',
    'virtual_alias_domains',
  ]
    .flatMap((name) => words(settings.get(name) ?? ''))
    .map((word) => word.replaceAll('$myhostname', host).toLowerCase())
    .filter((word) => isDomain(word) && word !== host);
  const [v4, v6] = await Promise.all([dns.ask(host, 'A'), dns.ask(host, 'AAAA')]);
  const inDns = [v4, v6].flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  return {
    host,
    addresses: inDns.length > 0 ? inDns : ownAddresses(),
    domains: [...new Set(named)].slice(0, MAX_DOMAINS),
    trustedNetworks: words(settings.get('mynetworks') ?? '').filter(
      (word) =>
        /^[0-9a-f.:[\]/]+$/i.test(word) && !word.startsWith('127.') && !word.startsWith('[::1'),
    ),
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
    'Nothing of your own house is watched yet. This was found here; put it into the configuration file',
    'after you looked at it:',
    '',
    'watch:',
    '  hosts:',
    `    - name: ${name}`,
    `      addresses: ${list(addresses)}`,
    `  domains: ${list(domains)}`,
    ...(trustedNetworks.length === 0
      ? []
      : [
          '  relay:',
          `    trusted_networks: ${list(trustedNetworks.map((n) => n.replaceAll(/[[\]]/g, '')))}`,
        ]),
    '',
  ].join('\n');
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** Tables such as hash:/etc/postfix/domains are not followed. */
const isDomain = (word: string): boolean =>
  /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(word) && !/^localhost(?:\.|$)/.test(word);

function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
}
