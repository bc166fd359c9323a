/** What the operator knows of an account, as the directory engines give it. */
import type { AccountClass, AccountEvent } from './event.ts';

export interface AccountFacts {
  /** The SASL login, lower case. */
  readonly account: string;
  /** The customer who answers for it. Default: the domain of the login. */
  readonly tenant: string;
  readonly groups: readonly string[];
  readonly class: AccountClass;
  /** Addresses it may send as, lower case. */
  readonly addresses: readonly string[];
  /** Domains it may send as with any local part, lower case. */
  readonly domains: readonly string[];
  /** RFC 3339; absent means known for long. */
  readonly since?: string;
  /** IANA name; absent means the platform's. */
  readonly timeZone?: string;
  /** Networks (CIDR), `country:XX` or `asn:N` the account may submit from; empty means anywhere. */
  readonly clientNetworks: readonly string[];
  /** Where its owner is asked "was this you?"; an address that the account itself does not read. */
  readonly ownerAddress?: string;
  /**
   * `directory`: the operator's own data, so an address that is not listed is not the account's.
   * `default`: no directory knows it; the login is the address and its domain the tenant.
   */
  readonly source: 'directory' | 'default';
}

/** Facts for an account that no directory knows. */
export function defaultAccountFacts(login: string): AccountFacts {
  const account = login.toLowerCase();
  const domain = account.includes('@') ? account.slice(account.lastIndexOf('@') + 1) : '';
  return {
    account,
    tenant: domain,
    groups: [],
    class: 'person',
    addresses: domain === '' ? [] : [account],
    domains: [],
    clientNetworks: [],
    source: 'default',
  };
}

/** Facts after an `account` event: what it says, else what was known. */
export function factsAfter(event: AccountEvent, known: AccountFacts): AccountFacts {
  const own = known.account.includes('@') ? [known.account] : [];
  const addresses = event.addresses?.map((address) => address.toLowerCase());
  return {
    ...known,
    ...(event.tenant === undefined ? {} : { tenant: event.tenant.toLowerCase() }),
    ...(event.groups === undefined ? {} : { groups: event.groups }),
    ...(event.class === undefined ? {} : { class: event.class }),
    ...(event.since === undefined ? {} : { since: event.since }),
    ...(event.timeZone === undefined ? {} : { timeZone: event.timeZone }),
    // Only a list of addresses makes another address somebody else's (ACC-2).
    ...(addresses === undefined
      ? {}
      : { addresses: [...new Set([...own, ...addresses])], source: 'directory' as const }),
  };
}
