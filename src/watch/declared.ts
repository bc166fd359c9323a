/** OWN-1: whether what a receiver tells of is declared here, so that it is known to be ours. */
import type { Tools } from './contract.ts';
import { addressesOfHost } from './host-addresses.ts';
import { isLocalOnly, touchesNetworks } from './scope.ts';

export interface Declared {
  /** Whether an address of the range is; true where nothing declared could tell. */
  hasRange(from: string, to: string): boolean;
  /** The same of a domain, or one that it is below. */
  hasDomain(domain: string): boolean;
}

/** Hosts without addresses have those of their name; where DNS does not say them nobody can tell. */
export async function declaredIn({ plan, dns }: Pick<Tools, 'plan' | 'dns'>): Promise<Declared> {
  const hosts = await Promise.all(plan.hosts.map((host) => addressesOfHost(host, dns)));
  const isKnown = hosts.every((found) => (found.ok ? found.gap === undefined : found.isKnown));
  const networks = [
    ...plan.networks,
    ...hosts.flatMap((found) => (found.ok ? found.addresses : [])),
  ];
  // Behind a translation of addresses what is declared is not what a receiver sees.
  const canTell = isKnown && networks.some((one) => !isLocalOnly(one.replace(/\/\d+$/, '')));
  const domains = plan.domains.map((domain) => domain.toLowerCase());
  return {
    hasRange: (from, to) => !canTell || touchesNetworks(from, to, networks),
    hasDomain: (domain) =>
      domains.length === 0 || domains.some((own) => `.${domain.toLowerCase()}`.endsWith(`.${own}`)),
  };
}
