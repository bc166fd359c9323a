/** Which domain of ours a host takes mail for: a probe that names another is refused, and rightly. */
import type { Tools } from './contract.ts';

/** Domains whose MX is asked to find one; of most houses every host takes all. */
export const MAX_DOMAINS_ASKED = 50;

export interface DomainAt {
  readonly domain: string;
  /** Its MX records name other hosts only, and so do those of all our domains that were asked for. */
  readonly isElsewhere: boolean;
}

export async function domainAt(
  host: string,
  { plan, dns }: Pick<Tools, 'plan' | 'dns'>,
): Promise<DomainAt> {
  let isElsewhere = plan.domains.length > 0;
  for (const domain of plan.domains.slice(0, MAX_DOMAINS_ASKED)) {
    const answer = await dns.ask(domain, 'MX');
    const names = answer.kind === 'found' ? answer.records.map((r) => r.split(' ')[1]) : [];
    if (names.includes(host)) return { domain, isElsewhere: false };
    isElsewhere &&= names.length > 0;
  }
  return { domain: plan.domains[0] ?? host, isElsewhere };
}

/** Where no domain names the host, what it refuses may be none of its business. */
export const NOT_ITS_DOMAIN =
  'Name a domain in watch.domains whose MX is this host under this name, or give the host another role in watch.hosts.';
