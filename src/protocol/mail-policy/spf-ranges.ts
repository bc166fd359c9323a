/** How much of the address space an SPF record allows by name, all its terms taken together. */
import ipaddr from 'ipaddr.js';
import { effectiveTerms, type SpfTerm } from './spf.ts';

export interface AllowedRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  /** The term as it stands in its record. */
  readonly text: string;
}

/** What addresses there are: all of IPv4, and of IPv6 what is given out (2000::/3, RFC 4291 section 2.4). */
const SPACE = {
  4: { first: 0n, last: (1n << 32n) - 1n },
  6: { first: 1n << 125n, last: (1n << 126n) - 1n },
} as const;

/**
 * A larger share is nobody's own: of IPv4 a /4, which no operator has; of 2000::/3 a /12, which is what a
 * whole regional registry gets at once.
 */
export const MOST_OF_SPACE = { 4: 1 / 16, 6: 1 / 512 } as const;

export function allowedRanges(terms: readonly SpfTerm[]): readonly AllowedRange[] {
  return effectiveTerms(terms).flatMap((term) => (term.qualifier === '+' ? rangeOf(term) : []));
}

function rangeOf({ name, value, text }: SpfTerm): readonly AllowedRange[] {
  if (name !== 'ip4' && name !== 'ip6') return [];
  const isV4 = name === 'ip4';
  if (!(isV4 ? ipaddr.IPv4 : ipaddr.IPv6).isValid(value)) return [];
  const version = isV4 ? 4 : 6;
  const width = isV4 ? 32 : 128;
  const bits = Number(/\/(\d+)$/.exec(text)?.[1] ?? width);
  const hex = Buffer.from(ipaddr.parse(value).toByteArray()).toString('hex');
  const size = 1n << BigInt(width - bits);
  const start = (BigInt(`0x${hex}`) / size) * size;
  const space = SPACE[version];
  const first = start > space.first ? start : space.first;
  const end = start + size - 1n;
  const last = end < space.last ? end : space.last;
  return first > last ? [] : [{ version, first, last, text }];
}

/** From 0 to 1; what two ranges share counts once. */
export function shareOfSpace(ranges: readonly AllowedRange[], version: 4 | 6): number {
  const own = ranges.filter((range) => range.version === version);
  const sorted = own.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  let covered = 0n;
  let next = 0n;
  for (const { first, last } of sorted) {
    const from = first > next ? first : next;
    if (last < from) continue;
    covered += last - from + 1n;
    next = last + 1n;
  }
  const { first, last } = SPACE[version];
  return Number(covered) / Number(last - first + 1n);
}
