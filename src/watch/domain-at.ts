/** Which domain of ours a host takes mail for: a probe that names another is refused, and rightly. */
import type { Tools } from './contract.ts';
import { addressesOfHost } from './host-addresses.ts';
import { hostNamed } from './plan.ts';

/** Domains whose MX is asked to find one; of most houses every host takes all. */
export const MAX_DOMAINS_ASKED = 50;
/** MX hosts of a domain whose addresses are asked. */
const MAX_MX_ASKED = 16;

export interface DomainAt {
  readonly domain: string;
  /** Mail for it, and for all our domains that were asked for, goes to other hosts as far as is known. */
  readonly isElsewhere: boolean;
}

type Asking = Pick<Tools, 'plan' | 'dns'>;

/** By name, else by address: an MX record may call the host by another of its names. */
export async function domainAt(host: string, tools: Asking): Promise<DomainAt> {
  const { domains } = tools.plan;
  const targets = new Map<string, readonly string[]>();
  let isElsewhere = domains.length > 0;
  for (const domain of domains.slice(0, MAX_DOMAINS_ASKED)) {
    const answer = await tools.dns.ask(domain, 'MX');
    const names = answer.kind === 'found' ? answer.records.map((r) => r.split(' ')[1] ?? '') : [];
    if (names.includes(host)) return { domain, isElsewhere: false };
    isElsewhere &&= names.length > 0;
    // RFC 5321 section 5.1: without an MX, the domain itself is the host.
    if (answer.kind !== 'failed')
      targets.set(domain, answer.kind === 'none' ? [domain] : withoutNull(names));
  }
  const domain = await leadingTo(await addressesNamed(host, tools), targets, tools);
  if (domain !== undefined) return { domain, isElsewhere: false };
  return { domain: domains[0] ?? host, isElsewhere };
}

/** RFC 7505. */
const withoutNull = (names: readonly string[]): readonly string[] =>
  names.filter((name) => name !== '.').slice(0, MAX_MX_ASKED);

async function leadingTo(
  own: readonly string[],
  targets: ReadonlyMap<string, readonly string[]>,
  tools: Asking,
): Promise<string | undefined> {
  if (own.length === 0) return undefined;
  for (const [domain, names] of targets) {
    const found = await Promise.all(names.map((name) => addressesNamed(name, tools)));
    if (found.flat().some((address) => own.includes(address))) return domain;
  }
  return undefined;
}

async function addressesNamed(name: string, { plan, dns }: Asking): Promise<readonly string[]> {
  const host = hostNamed(plan, name) ?? {
    ...{ name, addresses: [], roles: ['mx'], smtpPort: 25, submissionPort: 587 },
  };
  const found = await addressesOfHost(host, dns);
  return found.ok ? found.addresses : [];
}

/** Where no domain leads to the host, what it refuses may be none of its business. */
export const NOT_ITS_DOMAIN =
  'Name a domain in watch.domains whose MX is this host, or give the host another role in watch.hosts.';
