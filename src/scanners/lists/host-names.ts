/** Under which names a URL host may stand on a list. */
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';

/** Longest name in DNS, as text (RFC 1035 section 2.3.4). */
const MAX_NAME_LENGTH = 253;
const NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/;

export interface HostNames {
  /** As it was given. */
  readonly host: string;
  /** ASCII, lower case. */
  readonly full: string;
  /**
   * The domain somebody registered, private suffixes counted as such: `shop.github.io` is one, and
   * `github.io` is not.
   */
  readonly registered: string;
  readonly address?: 4 | 6;
}

/** `undefined` for what cannot stand on a list: no dot, too long, not a name. */
export function namesOf(host: string): HostNames | undefined {
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const address = isIPv4(bare) ? 4 : isIPv6(bare) ? 6 : undefined;
  if (address !== undefined) {
    const full = bare.toLowerCase();
    return { host, full, registered: full, address };
  }
  const full = bare.length > MAX_NAME_LENGTH ? '' : domainToASCII(bare).toLowerCase();
  if (full.length > MAX_NAME_LENGTH || !NAME.test(full)) return undefined;
  return { host, full, registered: getDomain(full, { allowPrivateDomains: true }) ?? full };
}

/** The host and what it is part of, down to its registered domain: `a.b.c.test`, `b.c.test`, … */
export function parentsOf({ full, registered }: HostNames): readonly string[] {
  const names = [full];
  let name = full;
  while (name !== registered && name.includes('.')) {
    name = name.slice(name.indexOf('.') + 1);
    names.push(name);
  }
  return names;
}

/** What a zone is asked for: the host and its registered domain, or an address reversed. */
export function questionsOf(names: HostNames, withAddresses: boolean): readonly string[] {
  if (names.address === undefined) return [...new Set([names.full, names.registered])];
  // RFC 5782 section 2.1: the numbers of an IPv4 address stand in reverse order.
  if (names.address === 6 || !withAddresses) return [];
  return [names.full.split('.').reverse().join('.')];
}
