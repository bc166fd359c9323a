/** What `primum audit` proposes, as a section for the configuration file. */
import type { Port } from './checks/ports.ts';
import { readDomain } from './domain-word.ts';
import type { Proposal } from './propose.ts';
import { isLocalOnly } from './scope.ts';

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
    ...roleLines(proposal),
    ...(domains.length === 0
      ? ['  domains: [] # those that you host mail for']
      : ['  domains:', ...domains.map((domain) => `    - '${domain}'`)]),
    ...portLines(proposal),
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

/** What the services of master.cf make of the host. */
function roleLines(proposal: Proposal): readonly string[] {
  const { roles, smtpPort = 25, submissionPort = 587, comesInAt = [], isInside } = proposal;
  if (roles === undefined) return [];
  const whom = isInside === true ? ', for this machine only' : '';
  return [
    ...comesInAt
      .slice(0, MAX_TABLES)
      .map((place) => `      # Mail comes in at ${oneLine(place)}${whom} (master.cf).`),
    `      roles: [${roles.join(', ')}]`,
    ...(smtpPort === 25 ? [] : [`      smtp_port: ${smtpPort}`]),
    ...(submissionPort === 587 ? [] : [`      submission_port: ${submissionPort}`]),
  ];
}

/** Of what is open besides; a machine with more has other sorrows. */
const MAX_OTHER_PORTS = 20;

/** With nothing of mail that others reach nothing is declared, and OWN-9 is not looked at. */
function portLines({ host, domains, ports = [], otherPorts = [] }: Proposal): readonly string[] {
  if (ports.length === 0) return [];
  const contact = `postmaster@${domains[0] ?? (host.includes('.') ? host : 'example.org')}`;
  const lines = ({ port, protocol }: Port): readonly string[] => [
    `- port: ${port}`,
    ...(protocol === 'udp' ? ['  protocol: udp'] : []),
    '  owner: mail team',
    `  contact: '${contact}'`,
  ];
  const more = otherPorts.length - MAX_OTHER_PORTS;
  return [
    '  # Ports that others reach here; one that is open and not named fails OWN-9.',
    '  open_ports:',
    ...ports.flatMap(({ port, says }) => [
      `    # ${oneLine(says)}`,
      ...lines({ port, protocol: 'tcp' }).map((line) => `    ${line}`),
    ]),
    ...(otherPorts.length === 0
      ? []
      : ['    # Open now, and not of mail: close it, or name who answers for it.']),
    ...otherPorts
      .slice(0, MAX_OTHER_PORTS)
      .flatMap((port) => lines(port).map((line) => `    # ${line}`)),
    ...(more > 0 ? [`    # ... and ${more} more ports.`] : []),
  ];
}

/** What is not in the proposal, as nobody could read it. */
function lackNotes(proposal: Proposal): readonly string[] {
  const { postconfWhy, unread = [], unknownServices = [], moreDomains = 0 } = proposal;
  const { notDomains = [] } = proposal;
  const notes: (readonly string[])[] = [];
  if (postconfWhy !== undefined)
    notes.push([
      ...folded(`postconf could not say all: ${oneLine(postconfWhy)}.`),
      'Mend that and run this again, or write your domains and networks yourself.',
    ]);
  if (unread.length > 0)
    notes.push([
      'Postfix may keep more domains where they were not read; add those that stand in',
      ...unread
        .slice(0, MAX_TABLES)
        .flatMap(({ table, parameter, why }) =>
          folded(`- ${oneLine(table)} (${parameter}): ${oneLine(why)}.`),
        ),
      ...(unread.length > MAX_TABLES ? [`- and ${unread.length - MAX_TABLES} more.`] : []),
    ]);
  if (notDomains.length > 0) notes.push(folded(notDomainsText(notDomains)));
  if (moreDomains > 0)
    notes.push(folded(`There are ${moreDomains} more domains than are shown here; add them.`));
  if (unknownServices.length > 0)
    notes.push(
      folded(
        `master.cf names services whose ports are not known here; add those to open_ports: ${oneLine(unknownServices.slice(0, MAX_TABLES).join(', '))}.`,
      ),
    );
  return notes.flatMap((note) => ['', ...note]);
}

const MAX_TABLES = 5;
const MAX_ENTRY = 60;

function notDomainsText(entries: readonly string[]): string {
  const shown = entries.slice(0, MAX_TABLES).map((entry) => {
    const read = readDomain(entry);
    const why = read.isDomain || read.why === undefined ? '' : ` (${read.why})`;
    const text = entry.length > MAX_ENTRY ? `${entry.slice(0, MAX_ENTRY)}...` : entry;
    return `${oneLine(text)}${why}`;
  });
  const more = entries.length - shown.length;
  return `These entries were left out: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`;
}

/** Lines of a terminal; a word that is longer stays whole. */
const folded = (text: string): readonly string[] => text.match(/\S.{0,78}(?=\s|$)|\S+/g) ?? [];

/** What another program prints may hold anything. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').replace(/[.\s]+$/, '');
