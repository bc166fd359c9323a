/**
 * Address ranges and their autonomous systems as one binary block, the same in memory, in the
 * cache file and between threads. Words are 32-bit in the machine's own byte order:
 *
 *   header (16 words): magic, format, IPv4 ranges a, IPv6 ranges b, systems c, bytes of names d,
 *                      CRC-32 of all behind the header, 64 bits of the source's hash
 *   a starts | a ends | a owners | 4b starts | 4b ends | b owners | c numbers | c ends of names | d
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { parsed, unreadable, type Parsed } from '../core/parsed.ts';
import type { Address } from './address.ts';

const MAGIC = 0x4e53_4150;
const FORMAT = 1;
const HEADER_WORDS = 16;

/** A whole table of today has 12 MB; more than this is not one of ours. */
export const MAX_ASN_TABLE_BYTES = 256 * 1024 * 1024;

export interface AsnOwner {
  readonly asn: number;
  readonly name: string;
}

/** Whatever knows the owner of an address: the table here or the operator's mmdb. */
export type AsnSource = (address: Address) => AsnOwner | undefined;

/** The parts of a table; every `owner` is an index into `asns`. */
export interface AsnParts {
  readonly v4: {
    readonly starts: Uint32Array;
    readonly ends: Uint32Array;
    readonly owners: Uint32Array;
  };
  /** Four words an address. */
  readonly v6: {
    readonly starts: Uint32Array;
    readonly ends: Uint32Array;
    readonly owners: Uint32Array;
  };
  readonly asns: Uint32Array;
  /** Where each name ends in `names`. */
  readonly nameEnds: Uint32Array;
  /** UTF-8. */
  readonly names: Uint8Array;
}

/** Joins the parts. @param source names what they were made from; another source is another table. */
export function encodeAsnTable(parts: AsnParts, source: string): ArrayBuffer {
  const sections = [
    ...[parts.v4.starts, parts.v4.ends, parts.v4.owners],
    ...[parts.v6.starts, parts.v6.ends, parts.v6.owners, parts.asns, parts.nameEnds],
  ];
  const words = sections.reduce((sum, section) => sum + section.length, HEADER_WORDS);
  const buffer = new ArrayBuffer(words * 4 + parts.names.length);
  const all = new Uint32Array(buffer, 0, words);
  let offset = HEADER_WORDS;
  for (const section of sections) {
    all.set(section, offset);
    offset += section.length;
  }
  new Uint8Array(buffer, words * 4).set(parts.names);
  const counts = [parts.v4.owners.length, parts.v6.owners.length, parts.asns.length];
  const body = new Uint8Array(buffer, HEADER_WORDS * 4);
  all.set([MAGIC, FORMAT, ...counts, parts.names.length, crc32(body), ...sourceHash(source)]);
  return buffer;
}

/** Checks a block and opens it without copying. */
export function decodeAsnTable(buffer: ArrayBuffer, source: string): Parsed<AsnParts> {
  if (buffer.byteLength < HEADER_WORDS * 4) return unreadable('It is too short.');
  const header = new Uint32Array(buffer, 0, HEADER_WORDS);
  const [magic, format, v4 = 0, v6 = 0, systems = 0, nameBytes = 0, sum, high, low] = header;
  const [wantedHigh, wantedLow] = sourceHash(source);
  if (magic !== MAGIC || format !== FORMAT) return unreadable('It is not of this format.');
  if (high !== wantedHigh || low !== wantedLow) return unreadable('It is of another source.');
  const words = HEADER_WORDS + v4 * 3 + v6 * 9 + systems * 2;
  if (buffer.byteLength !== words * 4 + nameBytes) return unreadable('It is cut off.');
  if (crc32(new Uint8Array(buffer, HEADER_WORDS * 4)) !== sum) return unreadable('It is damaged.');
  let offset = HEADER_WORDS;
  const take = (length: number): Uint32Array => {
    const section = new Uint32Array(buffer, offset * 4, length);
    offset += length;
    return section;
  };
  return parsed({
    v4: { starts: take(v4), ends: take(v4), owners: take(v4) },
    v6: { starts: take(v6 * 4), ends: take(v6 * 4), owners: take(v6) },
    asns: take(systems),
    nameEnds: take(systems),
    names: new Uint8Array(buffer, words * 4, nameBytes),
  });
}

function sourceHash(source: string): [number, number] {
  const digest = createHash('sha256').update(source).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/** Finds owners by bisection: about 20 comparisons. */
export function createAsnSource(parts: AsnParts): AsnSource {
  const names = Buffer.from(parts.names.buffer, parts.names.byteOffset, parts.names.length);
  return (address) => {
    const row =
      address.family === 4 ? findV4(parts, address.words[0] ?? 0) : findV6(parts, address);
    if (row < 0) return undefined;
    const owner = (address.family === 4 ? parts.v4.owners : parts.v6.owners)[row] ?? 0;
    const start = owner === 0 ? 0 : parts.nameEnds[owner - 1];
    return {
      asn: parts.asns[owner] ?? 0,
      name: names.toString('utf8', start, parts.nameEnds[owner]),
    };
  };
}

function findV4({ v4 }: AsnParts, value: number): number {
  let low = 0;
  let high = v4.starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((v4.starts[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value <= (v4.ends[low - 1] ?? 0) ? low - 1 : -1;
}

function findV6({ v6 }: AsnParts, address: Address): number {
  let low = 0;
  let high = v6.owners.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareWords(v6.starts, middle, address.words) <= 0) low = middle + 1;
    else high = middle;
  }
  return low > 0 && compareWords(v6.ends, low - 1, address.words) >= 0 ? low - 1 : -1;
}

function compareWords(table: Uint32Array, row: number, words: readonly number[]): number {
  for (let index = 0; index < 4; index += 1) {
    const difference = (table[row * 4 + index] ?? 0) - (words[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
