/** Talks to our own mail servers: each address of a host, only where the scope allows it. */
import { PROBER_HELO } from '../core/inbound/impossible-helo.ts';
import { addressesOfHost } from './host-addresses.ts';
import { errorText } from './error-text.ts';
import { hostNamed } from './plan.ts';
import type { Observation, Tools } from './contract.ts';
import type { Dialogue, SmtpReply } from './smtp-dialogue.ts';
import { listed, sumUp, unclear, type Note } from './checks/observe.ts';

/** What we call ourselves in EHLO: reserved, so it is nobody else's (RFC 2606). */
export const OUR_HELO = PROBER_HELO;

export interface Visit {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
}

/** Runs a probe at each own address of a host; addresses that are not ours are left alone. */
export async function visitHost(
  name: string,
  kind: 'smtp' | 'submission',
  tools: Tools,
  probe: (visit: Visit) => Promise<readonly Note[]>,
): Promise<readonly Note[]> {
  const host = hostNamed(tools.plan, name);
  if (host === undefined) return [unclear(`${name} is not in watch.hosts.`)];
  const found = await addressesOfHost(host, tools.dns);
  if (!found.ok)
    return [unclear(`The addresses of ${name}: ${found.why}.`, 'Name them in watch.hosts.')];
  const foreign = found.addresses.filter((address) => !tools.scope.isOurs(address));
  const notes: Note[] = foreign.length === 0 ? [] : [outOfScope(name, foreign)];
  if (found.gap !== undefined)
    notes.push(unclear(`The addresses of ${name}: ${found.gap}.`, 'Name them in watch.hosts.'));
  const port = kind === 'smtp' ? host.smtpPort : host.submissionPort;
  for (const address of found.addresses.filter((a) => tools.scope.isOurs(a))) {
    notes.push(...(await guarded(() => probe({ name, address, port }))));
  }
  return notes;
}

function outOfScope(name: string, addresses: readonly string[]): Note {
  return unclear(
    `${name} leads to ${listed(addresses)}, which is in none of your networks, so it was not connected to.`,
    'Name the address in watch.hosts or its network in watch.networks if it is yours.',
  );
}

/** What could not be reached or understood is unknown. */
export async function guarded(work: () => Promise<readonly Note[]>): Promise<readonly Note[]> {
  try {
    return await work();
  } catch (error) {
    return [
      unclear(
        `It could not be found out: ${errorText(error)}.`,
        'Look whether the host is up and may be reached from here.',
      ),
    ];
  }
}

/** What is said in EHLO, unless a probe says something else. */
export const heloOf = ({ plan }: Tools): string => plan.helo ?? OUR_HELO;

/** Opens a dialogue, greets, and hangs up after the work whatever happens. */
export async function withDialogue<T>(
  visit: Visit & { readonly helo?: string },
  tools: Tools,
  work: (dialogue: Dialogue, ehlo: readonly string[], hello: SmtpReply) => Promise<T>,
): Promise<T> {
  const dialogue = await tools.dialogue(visit);
  try {
    const { greeting } = dialogue;
    // RFC 5321 section 3.1: whoever greets otherwise takes nothing but QUIT.
    if (greeting.code !== 220)
      throw new Error(`${visit.name} (${visit.address}) greets with "${greeting.text}"`);
    const hello = await dialogue.command(`EHLO ${visit.helo ?? heloOf(tools)}`);
    if (hello.code !== 250) throw new Error(`EHLO was answered with "${hello.text}"`);
    return await work(
      dialogue,
      hello.lines.slice(1).map((line) => line.toUpperCase()),
      hello,
    );
  } finally {
    dialogue.close();
  }
}

/** What is offered after STARTTLS, in capitals. @throws where TLS fails. */
export async function helloUnderTls(
  { dialogue, name }: { readonly dialogue: Dialogue; readonly name: string },
  tools: Tools,
): Promise<readonly string[] | undefined> {
  if ((await dialogue.command('STARTTLS')).code !== 220) return undefined;
  await dialogue.startTls(name);
  const hello = await dialogue.command(`EHLO ${heloOf(tools)}`);
  return hello.code === 250 ? hello.lines.slice(1).map((line) => line.toUpperCase()) : undefined;
}

/** Addresses of MX hosts of one domain that are asked. */
export const MAX_MX_VISITS = 16;

export interface OwnMx {
  /** Every own address of every MX host, each once, at most `MAX_MX_VISITS`. */
  readonly visits: readonly Visit[];
  /** What could not be found out, and addresses beyond the bound. */
  readonly gaps: readonly Note[];
  /** It takes no mail (RFC 7505). */
  readonly isNull?: true;
}

/** Spam looks for the weakest MX, so all of them count: also the last, also at its IPv6 address. */
export async function ownMxOf(domain: string, tools: Tools): Promise<OwnMx> {
  const answer = await tools.dns.ask(domain, 'MX');
  if (answer.kind === 'failed')
    return { visits: [], gaps: [unclear(`Who takes mail for ${domain}: ${answer.why}.`)] };
  const names =
    answer.kind === 'found' ? answer.records.map((r) => r.split(' ')[1] ?? '') : [domain];
  if (names.length > 0 && names.every((name) => name === '.'))
    return { visits: [], gaps: [], isNull: true };
  const found = await Promise.all(
    names.slice(0, MAX_MX_VISITS).map((name) => visitsAt(name, domain, tools)),
  );
  const all = found.flatMap(({ visits }) => visits);
  const visits = [...new Map(all.map((v) => [`${v.address} ${v.port}`, v])).values()];
  const gaps = found.flatMap((one) => one.gaps);
  if (visits.length > MAX_MX_VISITS || names.length > MAX_MX_VISITS)
    gaps.push(
      unclear(
        `Of the MX hosts of ${domain} only the first ${MAX_MX_VISITS} were asked.`,
        'A domain needs no more than a few; remove those that are stale.',
      ),
    );
  return { visits: visits.slice(0, MAX_MX_VISITS), gaps };
}

async function visitsAt(name: string, domain: string, tools: Tools): Promise<OwnMx> {
  const host = hostNamed(tools.plan, name);
  const found = await addressesOfHost(
    host ?? { name, addresses: [], roles: ['mx'], smtpPort: 25, submissionPort: 587 },
    tools.dns,
  );
  if (!found.ok) {
    const text = `The address of the MX ${name} of ${domain}: ${found.why}.`;
    return { visits: [], gaps: found.isKnown ? [] : [unclear(text)] };
  }
  const own = found.addresses.filter((address) => tools.scope.isOurs(address));
  const visits = own.map((address) => ({
    name,
    address,
    port: host?.smtpPort ?? portAt(address, tools),
  }));
  return { visits, gaps: [] };
}

export function observed(practice: string, notes: readonly Note[]): Observation {
  return sumUp(practice, notes);
}

/** A host of ours may be known in DNS by another name. */
function portAt(address: string, { plan }: Tools): number {
  return plan.hosts.find(({ addresses }) => addresses.includes(address))?.smtpPort ?? 25;
}
