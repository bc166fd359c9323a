/**
 * Where the watchers may connect to. Names come from the configuration and from DNS, and DNS can be
 * made to say anything: only declared addresses and networks are ever connected to, so that the
 * prober cannot be turned on third parties.
 */
import ipaddr from 'ipaddr.js';
import type { WatchPlan } from './plan.ts';

export interface Scope {
  /** Whether an address is the operator's own. */
  isOurs(address: string): boolean;
  /** Whether mail servers of ours may trust the address, so that what it is allowed proves nothing. */
  isTrusted(address: string): boolean;
  /** Whether DNS questions may go there: to the public Internet, and to what is the operator's own. */
  mayBeAsked(address: string): boolean;
  /** Whether the operator says that they trust it: a host's own address, or one of `relay.trusted_networks`. */
  isDeclaredTrusted(address: string): boolean;
}

type Network = ReturnType<typeof ipaddr.parseCIDR>;

export function createScope(plan: WatchPlan): Scope {
  const hosts = plan.hosts.flatMap(({ addresses }) => addresses);
  const own = [...plan.networks, ...hosts].flatMap(toNetwork);
  const trusted = [...own, ...[...plan.relay.trustedNetworks, ...LOOPBACK].flatMap(toNetwork)];
  const declared = [...hosts, ...plan.relay.trustedNetworks].flatMap(toNetwork);
  return {
    isOurs: (address) => isIn(address, own),
    isTrusted: (address) => isIn(address, trusted),
    mayBeAsked: (address) => isIn(address, own) || isPublic(address),
    isDeclaredTrusted: (address) => isIn(address, declared),
  };
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export function isInNetworks(address: string, networks: readonly string[]): boolean {
  return isIn(address, networks.flatMap(toNetwork));
}

/** Whether a range and one of the networks have an address in common. */
export function touchesNetworks(from: string, to: string, networks: readonly string[]): boolean {
  if (isInNetworks(from, networks) || isInNetworks(to, networks)) return true;
  if (!ipaddr.isValid(from) || !ipaddr.isValid(to)) return false;
  const [first, last] = [ipaddr.process(from), ipaddr.process(to)];
  if (first.kind() !== last.kind()) return false;
  const [least, most] = [first, last].map((each) => Buffer.from(each.toByteArray())) as [
    Buffer,
    Buffer,
  ];
  // One that begins inside; those that hold an end of the range were found above.
  return networks.flatMap(toNetwork).some(([base]) => {
    const bytes = Buffer.from(base.toByteArray());
    return base.kind() === first.kind() && bytes.compare(least) >= 0 && bytes.compare(most) <= 0;
  });
}

/** Not loopback, private, link-local, of documentation, or otherwise set aside (RFC 6890). */
function isPublic(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === 'unicast';
}

const LOCAL_RANGES: ReadonlySet<string> = new Set([
  ...['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified'],
]);

/** An address that means another machine wherever it is read, so that nobody outside can reach it. */
export function isLocalOnly(text: string): boolean {
  return ipaddr.isValid(text) && LOCAL_RANGES.has(ipaddr.process(text).range());
}

function toNetwork(text: string): Network[] {
  try {
    if (text.includes('/')) return [ipaddr.parseCIDR(text)];
    const address = ipaddr.process(text);
    return [[address, address.kind() === 'ipv4' ? 32 : 128]];
  } catch {
    return [];
  }
}

function isIn(text: string, networks: readonly Network[]): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return networks.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}
