/**
 * Addresses of real networks: ranges of the ASN package, countries of the country package, both as
 * the product ships them. What the product makes of an address is not known here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrimumError } from '../errors.ts';
import { parseAddress } from '../network/address.ts';
import { openCountryMmdb, type CountrySource } from '../network/mmdb.ts';
import { packageFolder } from '../network/package-files.ts';
import { everySystem, type NetworkUse, HOME_COUNTRIES } from './autonomous-systems.ts';
import { item, type Rng } from './random.ts';

interface Range {
  readonly start: number;
  readonly size: number;
}

/** Draws from a system's ranges before its country is given up. */
const MAX_DRAWS = 200;

export class AddressBook {
  readonly #ranges: ReadonlyMap<number, readonly Range[]>;
  readonly #country: CountrySource;

  constructor(ranges: ReadonlyMap<number, readonly Range[]>, country: CountrySource) {
    this.#ranges = ranges;
    this.#country = country;
  }

  /** First address of a /24 of this system in this country. */
  subnet(rng: Rng, asn: number, country: string): number {
    const ranges = this.#ranges.get(asn) ?? [];
    let found = -1;
    for (let draw = 0; draw < MAX_DRAWS && ranges.length > 0; draw += 1) {
      const range = item(ranges, bySize(rng, ranges));
      const base = ((range.start + Math.floor(rng.next() * range.size)) & ~0xff) >>> 0;
      found = base;
      const address = parseAddress(dotted(base + 1));
      if (address !== undefined && this.#country(address) === country) return base;
    }
    if (found >= 0) return found;
    throw new PrimumError('INPUT_UNREADABLE', `The ASN data names no range of AS${asn}.`);
  }

  ofUse(rng: Rng, country: string, use: NetworkUse): number {
    const networks = HOME_COUNTRIES.find((row) => row.country === country);
    if (networks === undefined) throw new Error(`There are no networks for ${country}.`);
    return this.subnet(rng, rng.pick(networks.use[use]), country);
  }
}

function bySize(rng: Rng, ranges: readonly Range[]): number {
  // Two draws, the larger range: near to size-weighted, without a table of sums.
  const one = Math.floor(rng.next() * ranges.length);
  const other = Math.floor(rng.next() * ranges.length);
  return item(ranges, one).size >= item(ranges, other).size ? one : other;
}

export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** An address in the /24 that is neither its network nor its broadcast address. */
export function hostIn(rng: Rng, subnet: number): string {
  return dotted(subnet + rng.int(2, 253));
}

/** @throws PrimumError INPUT_UNREADABLE when a data package is missing or unusable. */
export async function openAddressBook(): Promise<AddressBook> {
  const country = folderOf('@ip-location-db/geo-whois-asn-country-mmdb');
  const file = join(folderOf('@ip-location-db/asn'), 'asn-ipv4-num.csv');
  return new AddressBook(
    readRanges(readFileSync(file, 'latin1'), everySystem()),
    await openCountryMmdb(join(country, 'geo-whois-asn-country.mmdb')),
  );
}

function folderOf(name: string): string {
  const folder = packageFolder(name);
  if (folder !== undefined) return folder;
  throw new PrimumError(
    'INPUT_UNREADABLE',
    `The data package ${name} is not installed. Install it: npm install ${name}`,
  );
}

/** Lines are `start,end,asn,name` with decimal addresses. */
export function readRanges(
  csv: string,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, readonly Range[]> {
  const ranges = new Map<number, Range[]>();
  for (const [, start, end, asn] of csv.matchAll(/^(\d+),(\d+),(\d+),/gm)) {
    if (!wanted.has(Number(asn))) continue;
    const size = Number(end) - Number(start) + 1;
    if (size < 256) continue;
    const list = ranges.get(Number(asn)) ?? [];
    list.push({ start: Number(start), size });
    ranges.set(Number(asn), list);
  }
  return ranges;
}
