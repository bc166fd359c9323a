/** OWN-8: all name servers of a domain are there, know it, and say the same. */
import { getDomain } from 'tldts';
import type { Check, Tools } from '../contract.ts';
import type { RecordType } from '../dns.ts';
import {
  bad,
  failedNote,
  fine,
  listed,
  none,
  recordsOf,
  sumUp,
  unclear,
  warn,
  whyFailed,
  type Note,
} from './observe.ts';

const COMPARED: readonly RecordType[] = ['SOA', 'NS', 'MX', 'TXT'];
/** What only the head of a zone has; the others are those of the domain itself. */
const ABOUT_ZONE: ReadonlySet<RecordType> = new Set(['SOA', 'NS']);
/** Servers of one domain that are asked. */
const MAX_SERVERS = 13;

export const nameServers: Check = {
  id: 'name-servers',
  practices: ['OWN-8'],
  targets: ({ domains }) => domains,
  async run(domain, tools) {
    const zone = await zoneOf(domain, tools);
    if ('note' in zone) return [sumUp('OWN-8', [zone.note])];
    const notes = await compareServers({ ...zone, domain }, tools);
    if (zone.name !== domain)
      notes.push(fine(`${domain} is part of ${zone.name}, whose name servers answer for it.`));
    return [sumUp('OWN-8', notes)];
  },
};

interface Zone {
  readonly name: string;
  /** Its name servers. */
  readonly servers: readonly string[];
}

/**
 * A name may have a delegation of its own; one without is looked at with what it is part of, unless
 * that is watched itself.
 */
async function zoneOf(domain: string, { dns, plan }: Tools): Promise<Zone | { note: Note }> {
  const registered = getDomain(domain) ?? domain;
  for (let name = domain; ; name = name.slice(name.indexOf('.') + 1)) {
    if (name !== domain && plan.domains.includes(name))
      return { note: none(`${domain} is part of ${name}, whose name servers are looked at.`) };
    const answer = await dns.ask(name, 'NS');
    const failed = failedNote(`The name servers of ${name}`, answer);
    if (failed !== undefined) return { note: failed };
    const servers = recordsOf(answer).slice(0, MAX_SERVERS);
    if (servers.length > 0) return { name, servers };
    if (name.length <= registered.length) break;
  }
  const note = bad(
    `${registered} has no NS records.`,
    `Register name servers for it, or take ${domain} out of watch.domains.`,
  );
  return { note };
}

/** A domain, and the zone that holds it. */
type ZoneFor = Zone & { readonly domain: string };

async function compareServers(zone: ZoneFor, tools: Tools): Promise<Note[]> {
  const { name: domain, servers: names } = zone;
  const notes: Note[] = [];
  if (names.length < 2)
    notes.push(
      warn(
        `${domain} has one name server only, ${names[0] ?? ''}.`,
        'Add a second one in another network (RFC 2182).',
      ),
    );
  const [addresses, aliases] = await Promise.all([
    Promise.all(names.map((name) => addressesOf(name, tools))),
    Promise.all(names.map((name) => tools.dns.ask(name, 'CNAME'))),
  ]);
  const found = names.flatMap((name, at) =>
    (addresses[at]?.found ?? []).map((address) => ({ name, address })),
  );
  // Who owns the domain writes its NS records, and must not point us into a network of the operator.
  const servers = found.filter(({ address }) => tools.scope.mayBeAsked(address));
  const inside = found.filter(({ address }) => !tools.scope.mayBeAsked(address));
  if (inside.length > 0)
    notes.push(
      warn(
        `Name servers of ${domain} lead to ${listed(inside.map(({ name, address }) => `${address} (${name})`))}, which nobody outside can reach; they were not asked.`,
        'Take them out of the NS records, or name their network in watch.networks if they are yours.',
      ),
    );
  names.forEach((name, at) => {
    const alias = aliases[at];
    if (alias?.kind === 'found')
      notes.push(
        bad(
          `The name server ${name} of ${domain} is an alias of ${alias.records[0] ?? ''}.`,
          'RFC 2181 section 10.3: name the server itself in the NS record.',
        ),
      );
    const there = addresses[at];
    if (there?.found.length === 0) notes.push(noAddressNote(name, domain, there.why));
  });
  const answers = await Promise.all(
    servers.map(async (server) => ({ server, said: await saidBy(server.address, zone, tools) })),
  );
  const talking: { readonly name: string; readonly said: readonly string[] }[] = [];
  for (const { server, said } of answers)
    if (said.ok) talking.push({ name: server.name, said: said.texts });
    else notes.push(notSaidNote(`${server.name} (${server.address})`, domain, said.refusal));
  for (const [at, type] of COMPARED.entries())
    notes.push(
      ...differences(
        ABOUT_ZONE.has(type) ? domain : zone.domain,
        type,
        talking.map(({ name, said }) => ({ name, text: said[at] ?? '' })),
      ),
    );
  if (talking.length > 0 && notes.every(({ state }) => state !== 'fail'))
    notes.push(
      fine(
        `${talking.length} of ${servers.length} addresses of name servers say the same of ${domain}.`,
      ),
    );
  return notes;
}

function differences(
  domain: string,
  type: RecordType,
  said: readonly { readonly name: string; readonly text: string }[],
): readonly Note[] {
  const versions = new Map<string, string[]>();
  for (const { name, text } of said) versions.set(text, [...(versions.get(text) ?? []), name]);
  if (versions.size < 2) return [];
  const parts = [...versions].map(
    ([text, names]) =>
      `${listed([...new Set(names)], 3)} say ${text === '' ? 'there is none' : `"${text.slice(0, 120)}"`}`,
  );
  return [
    bad(
      `The name servers of ${domain} do not agree on ${type}: ${parts.join('; ')}.`,
      'Look why the zone is not carried over to all of them (serial, transfer, notify).',
    ),
  ];
}

interface Addresses {
  readonly found: readonly string[];
  /** Why a part of them could not be found out. */
  readonly why: string | undefined;
}

async function addressesOf(name: string, { dns }: Tools): Promise<Addresses> {
  const [v4, v6] = await Promise.all([dns.ask(name, 'A'), dns.ask(name, 'AAAA')]);
  return { found: [...recordsOf(v4), ...recordsOf(v6)].slice(0, 4), why: whyFailed(v4, v6) };
}

/** Only who was told that there is none may say so: else a good NS record would be removed. */
function noAddressNote(name: string, domain: string, why: string | undefined): Note {
  if (why !== undefined)
    return unclear(
      `The address of the name server ${name} of ${domain}: ${why}.`,
      'Look whether the name servers of that name answer.',
    );
  return bad(
    `The name server ${name} of ${domain} has no address.`,
    'Remove its NS record, or give it an address.',
  );
}

type Said =
  /** One text per compared type. */
  | { readonly ok: true; readonly texts: readonly string[] }
  /** Without a refusal where it does not answer at all. */
  | { readonly ok: false; readonly refusal: string | undefined };

async function saidBy(address: string, zone: ZoneFor, { dns }: Tools): Promise<Said> {
  const answers = await Promise.all(
    COMPARED.map((type) =>
      dns.askAt(address, ABOUT_ZONE.has(type) ? zone.name : zone.domain, type),
    ),
  );
  const failed = answers.filter((answer) => answer.kind === 'failed');
  if (failed.length > 0)
    return { ok: false, refusal: failed.find((answer) => answer.refusal !== undefined)?.refusal };
  return { ok: true, texts: answers.map((answer) => recordsOf(answer).join(' | ')) };
}

/** RFC 1912 section 2.8: a delegation to a server that does not know the zone is lame. */
function notSaidNote(server: string, domain: string, refusal: string | undefined): Note {
  return refusal === undefined
    ? unclear(`${server} does not answer for ${domain}.`, 'Look whether it runs and is reachable.')
    : bad(
        `${server} answers ${refusal} for ${domain}, whose NS records name it: it does not serve the zone.`,
        'Load the zone there, look why it expired or failed to load, or take the server out of the NS records.',
      );
}
