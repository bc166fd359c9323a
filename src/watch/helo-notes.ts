/** OWN-3: whether what a host says in HELO is a name that leads to where it sends from, and back. */
import { isIP } from 'node:net';
import { whyNoHostName } from '../core/reverse-name/host-name.ts';
import { bad, fine, listed, none, recordsOf, unclear, warn, whyFailed } from './checks/observe.ts';
import type { Note } from './checks/observe.ts';
import type { Tools } from './contract.ts';
import type { WatchedHost } from './plan.ts';
import { heloOfHost, readPostfixHelo, type OwnMachine, type SaidHelo } from './postfix-helo.ts';
import type { PostfixHere } from './postconf.ts';

export interface HeloAsked {
  /** From where the host sends. */
  readonly addresses: readonly string[];
  /** Those whose reverse name leads back; of the others OWN-2 tells what is wrong. */
  readonly agreeing: readonly string[];
}

/** @param given Replaced by tests. */
export async function heloNotes(
  host: WatchedHost,
  asked: HeloAsked,
  tools: Tools,
  given: { readonly postfix?: PostfixHere; readonly own?: OwnMachine } = {},
): Promise<readonly Note[]> {
  const { postfix = await readPostfixHelo(), own } = given;
  const helo = heloOfHost(host, asked.addresses, {
    ...{ postfix, plan: tools.plan },
    ...(own === undefined ? {} : { own }),
  });
  if (helo.kind === 'read') {
    const { folder = '', others } = helo;
    const notes = await Promise.all(
      helo.said.map((said) =>
        saidNotes(said, { ...asked, addresses: said.addresses, folder }, tools),
      ),
    );
    if (others.length === 0) return notes.flat();
    const only = `Only the Postfix in ${folder} was read, and not what the instances in ${listed(others)} say in HELO.`;
    return [
      ...notes.flat(),
      none(
        `${only} Run "primum audit --only OWN-3" with MAIL_CONFIG set to each of those folders.`,
      ),
    ];
  }
  const notes = await nameNotes(host.name, host.name, asked, tools);
  if (helo.kind === 'failed')
    return [
      ...notes,
      unclear(
        `What the Postfix of ${host.name} says in HELO (smtp_helo_name) could not be read: ${helo.why}.`,
        'Look what postconf says, and whether this user may read main.cf and master.cf.',
      ),
    ];
  const seen = `The name in watch.hosts was looked at; what ${host.name} says in HELO when it sends was not, as ${helo.why}.`;
  return [...notes, none(seen)];
}

/** What another service says may never leave the house. */
async function saidNotes(
  said: SaidHelo,
  asked: HeloAsked & { readonly folder: string },
  tools: Tools,
): Promise<readonly Note[]> {
  const { heloName, services, isDefault } = said;
  const folder = asked.folder === '' ? '' : `${asked.folder}/`;
  const where =
    services.length === 0 ? `${folder}main.cf` : `${listed(services)} in ${folder}master.cf`;
  const name = `${heloName} (smtp_helo_name of Postfix: ${where})`;
  const notes = await nameNotes(heloName, name, asked, tools);
  if (isDefault) return notes;
  return notes.map((note) =>
    note.state === 'fail'
      ? warn(`${note.text} It is wrong where that service sends to others.`, note.advice ?? '')
      : note,
  );
}

const NAME_ADVICE =
  'Set smtp_helo_name (as shipped it is myhostname) to the full name of the host, as DNS knows it.';

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');

function whyNoHelo(name: string): string | undefined {
  const bare = name.replace(/^\[(?:ipv6:)?(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return 'an address and no name';
  const helo = plain(name);
  if (/^localhost(?:\.|$)|\.localhost$|\.localdomain$/.test(helo))
    return 'what every machine may call itself';
  if (!helo.includes('.')) return 'one word without a domain';
  const why = whyNoHostName(helo);
  return why === undefined ? undefined : `no name of a host (${why})`;
}

/**
 * RFC 5321 section 4.1.4: the name in HELO is a host with an address.
 * @param shown The name as evidence calls it.
 */
async function nameNotes(
  name: string,
  shown: string,
  { addresses, agreeing }: HeloAsked,
  { dns }: Pick<Tools, 'dns'>,
): Promise<readonly Note[]> {
  const wrong = whyNoHelo(name);
  if (wrong !== undefined) return [bad(`The HELO name ${shown} is ${wrong}.`, NAME_ADVICE)];
  const [v4, v6] = await Promise.all([dns.ask(plain(name), 'A'), dns.ask(plain(name), 'AAAA')]);
  const there = [...recordsOf(v4), ...recordsOf(v6)];
  const why = whyFailed(v4, v6);
  if (there.length === 0) {
    if (why !== undefined) return [unclear(`The address of the HELO name ${shown}: ${why}.`)];
    return [
      bad(
        `The HELO name ${shown} has no address.`,
        'Give it an address record, or set myhostname to a name that has one.',
      ),
    ];
  }
  const missing = addresses.filter((address) => !there.some((found) => isSame(found, address)));
  if (missing.length === 0)
    return [
      fine(`The HELO name ${shown} leads to ${listed(there)}.`),
      ...(await backNotes({ name, shown }, agreeing, addresses, dns)),
    ];
  const away = missing.filter((address) => (address.includes(':') ? v6 : v4).kind === 'failed');
  if (away.length === missing.length)
    return [unclear(`Whether the HELO name ${shown} leads to ${listed(away)}: ${why ?? ''}.`)];
  const known = missing.filter((address) => !away.includes(address));
  const text = `The HELO name ${shown} leads to ${listed(there)} and not to ${listed(known)}, from where it sends`;
  const advice = 'Add the address to the name, or give each address its own HELO name.';
  return [
    known.length === addresses.length ? bad(`${text}.`, advice) : warn(`${text} too.`, advice),
  ];
}

/** Some receivers want the name in HELO and the reverse name to be one. */
async function backNotes(
  { name, shown }: { readonly name: string; readonly shown: string },
  agreeing: readonly string[],
  addresses: readonly string[],
  dns: Tools['dns'],
): Promise<readonly Note[]> {
  const asked = addresses.filter((address) => agreeing.includes(address));
  const notes = await Promise.all(
    asked.map(async (address) => {
      const names = recordsOf(await dns.ask(address, 'PTR'));
      if (names.length === 0 || names.some((each) => plain(each) === plain(name))) return [];
      return [
        warn(
          `The HELO name ${shown} leads to ${address}, whose reverse name is ${listed(names)} and not that.`,
          'Let the reverse name of the address and the name in HELO be the same; some servers compare them.',
        ),
      ];
    }),
  );
  return notes.flat();
}

export function isSame(a: string, b: string): boolean {
  const bare = (text: string) => (text.includes(':') ? new URL(`http://[${text}]`).hostname : text);
  return bare(a) === bare(b);
}
