/**
 * The operator's rules about networks as text: a CIDR, `country:XX` or `asn:N`. Compiled once, so
 * that a match costs a few comparisons. IPv6 text per RFC 4291 section 2.2.
 */
import type { NetworkFacts } from './network.ts';
import { parsed, unreadable, type Parsed } from './parsed.ts';

/** Rules one list may hold; more is a mistake or wants a directory with groups. */
export const MAX_NETWORK_RULES = 4096;

/** Characters of the longest rule: a full IPv6 address with an IPv4 tail and `/128`. */
export const MAX_NETWORK_RULE_CHARS = 49;

/** Four unsigned 32-bit words, highest first. */
export type Ipv6Words = readonly [number, number, number, number];

export type NetworkMatcher = (facts: NetworkFacts) => boolean;

interface Compiled {
  readonly countries: Set<string>;
  readonly asns: Set<number>;
  /** First and last address. */
  readonly v4: (readonly [number, number])[];
  readonly v6: { readonly words: Ipv6Words; readonly bits: number }[];
}

/**
 * Value of a dotted quad as an unsigned number, or -1. Leading zeros are refused: some programs
 * read them as octal.
 */
export function parseIpv4(text: string): number {
  if (text.length > 15) return -1;
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x2e) {
      if (digits === 0 || dots === 3) return -1;
      value = value * 256 + octet;
      octet = 0;
      digits = 0;
      dots += 1;
    } else if (code >= 0x30 && code <= 0x39) {
      if (digits > 0 && octet === 0) return -1;
      octet = octet * 10 + code - 0x30;
      digits += 1;
      if (octet > 255) return -1;
    } else {
      return -1;
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : -1;
}

/** Words of a textual IPv6 address without brackets or zone; `undefined` when it is not one. */
export function parseIpv6(text: string): Ipv6Words | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const tail = halves[1];
  const head = groupsOf(halves[0] ?? '', tail === undefined);
  const rest = tail === undefined ? [] : groupsOf(tail, true);
  if (head === undefined || rest === undefined) return undefined;
  const missing = 8 - head.length - rest.length;
  // RFC 4291 section 2.2: `::` stands for one group of zeros or more.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...rest];
  const word = (index: number): number =>
    (groups[index * 2] ?? 0) * 0x10000 + (groups[index * 2 + 1] ?? 0);
  return [word(0), word(1), word(2), word(3)];
}

function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const value = parseIpv4(part);
      if (value < 0) return undefined;
      groups.push(Math.floor(value / 0x10000), value % 0x10000);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/**
 * Compiles a list into one test that is true when any rule matches. An empty list matches nothing;
 * facts without an address match no CIDR.
 */
export function compileNetworkRules(rules: readonly string[]): Parsed<NetworkMatcher> {
  const compiled = compile(rules);
  return compiled.ok ? parsed((facts) => matches(compiled.value, facts)) : compiled;
}

/**
 * As above for a list outside which something is refused: true as well when no rule matches but one
 * asks for what there is no table for, so that nobody is refused for what we do not know.
 */
export function compileAllowedNetworks(rules: readonly string[]): Parsed<NetworkMatcher> {
  const compiled = compile(rules);
  if (!compiled.ok) return compiled;
  const { asns, countries } = compiled.value;
  return parsed(
    (facts) =>
      matches(compiled.value, facts) ||
      (facts.lacksAsn && asns.size > 0) ||
      (facts.lacksCountry && countries.size > 0),
  );
}

function compile(rules: readonly string[]): Parsed<Compiled> {
  if (rules.length > MAX_NETWORK_RULES)
    return unreadable(
      `${rules.length} network rules are too many; the bound is ${MAX_NETWORK_RULES}.`,
    );
  const compiled: Compiled = { countries: new Set(), asns: new Set(), v4: [], v6: [] };
  for (const rule of rules) if (!addRule(compiled, rule)) return unreadable(notARule(rule));
  return parsed(compiled);
}

/** Whether one rule matches. False for an unreadable rule; compile a list to learn why. */
export function matchesNetworkRule(facts: NetworkFacts, rule: string): boolean {
  const compiled = compileNetworkRules([rule]);
  return compiled.ok && compiled.value(facts);
}

function notARule(rule: string): string {
  const shown = rule.length > MAX_NETWORK_RULE_CHARS ? `${rule.slice(0, 45)}...` : rule;
  return `"${shown}" is not a network rule. Write a CIDR such as 192.0.2.0/24, country:DE or asn:3320.`;
}

function addRule(compiled: Compiled, rule: string): boolean {
  if (rule.length > MAX_NETWORK_RULE_CHARS) return false;
  const country = /^country:([a-z]{2})$/i.exec(rule)?.[1];
  if (country !== undefined) {
    compiled.countries.add(country.toUpperCase());
    return true;
  }
  const asn = /^asn:(?:as)?([1-9]\d{0,9})$/i.exec(rule)?.[1];
  if (asn !== undefined) {
    compiled.asns.add(Number(asn));
    return Number(asn) <= 0xffffffff;
  }
  return addCidr(compiled, rule);
}

function addCidr(compiled: Compiled, rule: string): boolean {
  const match = /^([0-9a-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/i.exec(rule);
  if (match?.[1] === undefined) return false;
  const v4 = parseIpv4(match[1]);
  if (v4 >= 0) return addV4(compiled, v4, Number(match[2] ?? 32));
  const words = parseIpv6(match[1]);
  if (words === undefined) return false;
  const bits = Number(match[2] ?? 128);
  if (bits > 128) return false;
  // RFC 4291 section 2.5.5.2: facts show IPv4-mapped addresses as IPv4, so rules must too.
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff && bits >= 96;
  if (isMapped) return addV4(compiled, words[3], bits - 96);
  compiled.v6.push({ words, bits });
  return true;
}

function addV4(compiled: Compiled, value: number, bits: number): boolean {
  if (bits > 32) return false;
  const size = 2 ** (32 - bits);
  const first = Math.floor(value / size) * size;
  compiled.v4.push([first, first + size - 1]);
  return true;
}

function matches(compiled: Compiled, facts: NetworkFacts): boolean {
  if (compiled.countries.has(facts.country) || compiled.asns.has(facts.asn)) return true;
  if (facts.address === '') return false;
  if (!facts.address.includes(':')) {
    if (compiled.v4.length === 0) return false;
    const value = parseIpv4(facts.address);
    return compiled.v4.some(([first, last]) => value >= first && value <= last);
  }
  if (compiled.v6.length === 0) return false;
  const words = parseIpv6(facts.address);
  return (
    words !== undefined && compiled.v6.some((range) => sharesBits(range.words, words, range.bits))
  );
}

function sharesBits(left: Ipv6Words, right: Ipv6Words, bits: number): boolean {
  for (let index = 0; index < 4 && bits > index * 32; index += 1) {
    const differing = ((left[index] ?? 0) ^ (right[index] ?? 0)) >>> 0;
    const kept = Math.min(32, bits - index * 32);
    if (Math.floor(differing / 2 ** (32 - kept)) !== 0) return false;
  }
  return true;
}
