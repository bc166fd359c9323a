/**
 * What an answer of a DNS list means (RFC 5782). Listings are in 127.0.0.0/8. Anything else comes
 * from somewhere else, such as a resolver that sends unknown names to its advertisements.
 */
import { BlockList } from 'node:net';

export type ZoneVerdict =
  | { readonly kind: 'listed' }
  | { readonly kind: 'not-listed' }
  /** No word about the name: the list, or what stands between, does not serve us. */
  | { readonly kind: 'refused'; readonly why: string };

/** Networks as `127.0.0.0/8`. */
export function createNetworks(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = '32'] = network.split('/');
    list.addSubnet(address, Number(bits), 'ipv4');
  }
  return list;
}

const LOOPBACK = createNetworks(['127.0.0.0/8']);
/**
 * spamhaus.org/news/article/788: 127.255.255.0/24 are error codes. uribl.com/refused.shtml:
 * 127.0.0.1 is a refusal, and RFC 5782 section 5 gives that address to no entry.
 */
const REFUSALS = createNetworks(['127.255.255.0/24', '127.0.0.1/32']);
/** docs.spamhaus.com, zones: the DBL says so to a question about an address. */
const NOT_A_NAME = '127.0.1.255';

/** @param counted Which answers of this list are listings. */
export function readAnswer(addresses: readonly string[], counted: BlockList): ZoneVerdict {
  for (const address of addresses) {
    if (!LOOPBACK.check(address)) {
      const why =
        `it answers ${address}, which is no answer of a list. Check the name of the zone, and that ` +
        'the resolver does not replace "no such name"';
      return { kind: 'refused', why };
    }
    if (REFUSALS.check(address)) {
      const why =
        `it refuses our questions (${address}). Ask through a resolver of your own, in ` +
        'scanners.host_lists.dns_servers, or get access from the list';
      return { kind: 'refused', why };
    }
  }
  const isListed = addresses.some((address) => address !== NOT_A_NAME && counted.check(address));
  return { kind: isListed ? 'listed' : 'not-listed' };
}
