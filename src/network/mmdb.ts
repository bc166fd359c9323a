/**
 * Country and ASN from MaxMind DB files: the shapes of MaxMind (GeoLite2, GeoIP2), DB-IP, IPinfo
 * and ip-location-db.
 */
import { open, type Reader, type Response } from 'maxmind';
import { PrimumError } from '../errors.ts';
import type { Address } from './address.ts';
import type { AsnOwner, AsnSource } from './asn-table.ts';

/** ISO 3166-1 alpha-2, upper case; empty when unknown. */
export type CountrySource = (address: Address) => string;

type Fields = Readonly<Record<string, unknown>>;

/** @throws PrimumError INPUT_UNREADABLE when the file is missing or not an mmdb. */
export async function openCountryMmdb(path: string): Promise<CountrySource> {
  const reader = await openReader(path, 'country');
  return (address) => countryOf(lookUp(reader, address));
}

/** @throws PrimumError INPUT_UNREADABLE when the file is missing or not an mmdb. */
export async function openAsnMmdb(path: string): Promise<AsnSource> {
  const reader = await openReader(path, 'ASN');
  return (address) => ownerOf(lookUp(reader, address));
}

async function openReader(path: string, what: string): Promise<Reader<Response>> {
  try {
    return await open<Response>(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The ${what} database ${path} cannot be used: ${reason.replace(/[.\s]+$/, '')}. ` +
        'Name a readable file in MaxMind DB format (.mmdb), or none to use the shipped data.',
      { cause },
    );
  }
}

/** A damaged record is the same as none: one bad spot must not stop a login. */
function lookUp(reader: Reader<Response>, address: Address): Fields {
  // The reader would look for the first 32 bits of an IPv6 address in an IPv4 database.
  if (address.family === 6 && reader.metadata.ipVersion === 4) return {};
  try {
    const record: unknown = reader.get(address.text);
    return isFields(record) ? record : {};
  } catch {
    return {};
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function countryOf(record: Fields): string {
  const { country, registered_country: registered, country_code: code } = record;
  for (const candidate of [isoCode(country), isoCode(registered), code, country]) {
    if (typeof candidate === 'string' && /^[a-z]{2}$/i.test(candidate))
      return candidate.toUpperCase();
  }
  return '';
}

function isoCode(value: unknown): unknown {
  return isFields(value) ? value['iso_code'] : undefined;
}

function ownerOf(record: Fields): AsnOwner | undefined {
  const { autonomous_system_number: number, asn } = record;
  // IPinfo writes `AS15169`, the others a number.
  const given = number ?? asn;
  const text = typeof given === 'number' || typeof given === 'string' ? `${given}` : '';
  const digits = /^(?:as)?(\d{1,10})$/i.exec(text)?.[1];
  if (digits === undefined || Number(digits) === 0) return undefined;
  const { autonomous_system_organization: organization, as_name: asName, name } = record;
  const title = [organization, asName, name].find((value) => typeof value === 'string');
  return { asn: Number(digits), name: title ?? '' };
}
