/** Whom a client address belongs to, as far as it tells: what is bounded is bounded for all of his. */
import { parseIpv4, parseIpv6 } from './network-rule.ts';
import { addressText, countedAddress } from './profile/address-key.ts';

/**
 * One customer: an IPv4 address, or the /64 of an IPv6 address in whatever spelling. What is no
 * address is one customer, the empty text.
 */
export function customerOf(client: string): string {
  return countedAddress(normalised(client));
}

/** What one customer may have at the most (RFC 6177): the /24 of an IPv4 address, a /48 of IPv6. */
export function siteOf(client: string): string {
  const address = normalised(client);
  if (!address.includes(':')) return address.replace(/\.\d+$/, '.0/24');
  const [first, second] = parseIpv6(address) ?? [0, 0];
  return `${addressText([first, (second & 0xffff0000) >>> 0, 0, 0]) || '::'}/48`;
}

function normalised(client: string): string {
  if (parseIpv4(client) >= 0) return client;
  const words = parseIpv6(client);
  return words === undefined ? '' : addressText(words) || '::';
}
