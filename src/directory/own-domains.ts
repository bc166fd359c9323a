/** Which domains the platform receives for: configured, listed by the engine, seen in its answers. */
import type { AccountFacts } from '../core/account.ts';
import { domainOf } from './account-record.ts';

/** Domains remembered from answers. */
export const MAX_SEEN_DOMAINS = 100_000;

export const NO_DOMAINS: ReadonlySet<string> = new Set();

export interface OwnDomains {
  readonly has: (domain: string) => boolean;
  /** Takes over the domains of a reloaded configuration. */
  readonly configure: (domains: readonly string[]) => void;
  /** Facts must be the operator's own: a login that anybody can try proves nothing. */
  readonly learn: (facts: AccountFacts) => void;
  /** Drops what was learned. */
  readonly forget: () => void;
}

/** @param listed Domains the engine can list, lower case. */
export function createOwnDomains(
  configuredAtStart: readonly string[],
  listed: () => ReadonlySet<string>,
): OwnDomains {
  const seen = new Set<string>();
  let configured = new Set(configuredAtStart);
  return {
    has: (domain) => {
      const lower = domain.toLowerCase();
      return configured.has(lower) || listed().has(lower) || seen.has(lower);
    },
    configure: (domains) => {
      configured = new Set(domains);
    },
    learn: ({ account, tenant }) => {
      for (const domain of [domainOf(account), tenant]) {
        if (domain.includes('.') && seen.size < MAX_SEEN_DOMAINS) seen.add(domain);
      }
    },
    forget: () => seen.clear(),
  };
}
