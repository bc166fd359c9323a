/** Where a device is on the network: a home line, an office, a mobile carrier, a hotel, a server. */
import type { AddressBook } from './networks.ts';
import { hostIn } from './networks.ts';
import { item, type Rng } from './random.ts';
import { HOME_COUNTRIES, FOREIGN, type NetworkUse } from './autonomous-systems.ts';

export const DAY_MS = 86_400_000;

export interface Place {
  readonly use: NetworkUse | 'server' | 'abroad';
  /** The address at this moment. */
  addressAt(atMs: number): string;
}

export function fixedPlace(use: Place['use'], address: string): Place {
  return { use, addressAt: () => address };
}

/** A line whose address changes now and then, among a few networks near each other. */
export function dynamicLine(rng: Rng, book: AddressBook, asn: number, country: string): Place {
  const days = rng.pick([1, 7, 30, 90]);
  const subnets = [0, 1, 2].map(() => book.subnet(rng, asn, country));
  const own = rng.child('line');
  let period = -1;
  let address = '';
  return {
    use: 'home',
    addressAt: (atMs) => {
      const now = Math.floor(atMs / (days * DAY_MS));
      if (now !== period) {
        period = now;
        address = hostIn(own, item(subnets, days === 90 ? 0 : own.int(0, 2)));
      }
      return address;
    },
  };
}

export function homeLine(rng: Rng, book: AddressBook, country: string): Place {
  const asn = rng.pick(networksOf(country, 'home'));
  if (rng.chance(0.6)) return dynamicLine(rng, book, asn, country);
  return fixedPlace('home', hostIn(rng, book.subnet(rng, asn, country)));
}

/** Carrier NAT: another address for nearly every session. */
export function mobileCarrier(rng: Rng, book: AddressBook, country: string): Place {
  const asn = rng.pick(networksOf(country, 'mobile'));
  const subnets = [0, 1, 2, 3].map(() => book.subnet(rng, asn, country));
  const own = rng.child('mobile');
  return { use: 'mobile', addressAt: () => hostIn(own, own.pick(subnets)) };
}

export function officeNetwork(rng: Rng, book: AddressBook, country: string): Place {
  const subnet = book.subnet(rng, rng.pick(networksOf(country, 'office')), country);
  return fixedPlace('office', hostIn(rng, subnet));
}

/** A hotel or a café: at home, in a neighbour country, or far away. */
export function hotel(rng: Rng, book: AddressBook, home: string): Place {
  const kind = rng.next();
  if (kind < 0.4) return fixedPlace('abroad', hostIn(rng, book.ofUse(rng, home, 'home')));
  if (kind < 0.8) {
    const { country, use } = rng.pick(HOME_COUNTRIES);
    return fixedPlace('abroad', hostIn(rng, book.subnet(rng, rng.pick(use.home), country)));
  }
  return systemPlace(rng, book, FOREIGN, 'abroad');
}

/** A fixed address in one of these systems. */
export function systemPlace(
  rng: Rng,
  book: AddressBook,
  systems: readonly (readonly [asn: number, country: string])[],
  use: Place['use'],
): Place {
  const [asn, country] = rng.pick(systems);
  return fixedPlace(use, hostIn(rng, book.subnet(rng, asn, country)));
}

function networksOf(country: string, use: NetworkUse): readonly number[] {
  const row = HOME_COUNTRIES.find((networks) => networks.country === country);
  return row?.use[use] ?? item(HOME_COUNTRIES, 0).use[use];
}
