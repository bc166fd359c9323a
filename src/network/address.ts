/**
 * Textual client addresses and networks as numbers. Doors see many spellings of one address:
 * IPv4-mapped IPv6, brackets, zone ids, upper case; here they become one.
 */
import ipaddr from 'ipaddr.js';
import { parseIpv4, parseIpv6 } from '../core/network-rule.ts';
import { parsed, unreadable, type Parsed } from '../core/parsed.ts';

/** Longest text looked at: `[IPv6:` address, zone id and bracket. Longer is not an address. */
export const MAX_ADDRESS_CHARS = 96;

export interface Address {
  readonly family: 4 | 6;
  /** Unsigned 32-bit words, highest first: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
  /** Normalised: dotted quad or RFC 5952. */
  readonly text: string;
}

export interface Network {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly bits: number;
}

/** Reads an address in any usual spelling; `undefined` for everything else. */
export function parseAddress(raw: string): Address | undefined {
  if (raw.length < 2 || raw.length > MAX_ADDRESS_CHARS) return undefined;
  const plain = parseIpv4(raw);
  if (plain >= 0) return ipv4(plain);
  let text = raw;
  if (text.startsWith('[') && text.endsWith(']')) {
    // RFC 5321 section 4.1.3: an IPv6 address literal carries the tag.
    text = text.slice(1, -1).replace(/^ipv6:/i, '');
    const bracketed = parseIpv4(text);
    if (bracketed >= 0) return ipv4(bracketed);
  }
  const zone = text.indexOf('%');
  return ipv6(zone < 0 ? text : text.slice(0, zone));
}

/** Reads a CIDR or a single address. Host bits are cleared; IPv4-mapped networks become IPv4. */
export function parseNetwork(text: string): Parsed<Network> {
  const slash = text.indexOf('/');
  const base = slash < 0 ? text : text.slice(0, slash);
  const address = parseAddress(base);
  if (address === undefined) return notANetwork(text);
  const isMapped = address.family === 4 && base.includes(':');
  const full = address.family === 4 ? 32 : 128;
  const given = slash < 0 ? '' : text.slice(slash + 1);
  if (slash >= 0 && !/^(0|[1-9]\d{0,2})$/.test(given)) return notANetwork(text);
  const bits = slash < 0 ? full : Number(given) - (isMapped ? 96 : 0);
  if (bits < 0 || bits > full) return notANetwork(text);
  return parsed({ family: address.family, words: maskWords(address.words, bits), bits });
}

function notANetwork(text: string): { readonly ok: false; readonly reason: string } {
  return unreadable(`"${text.slice(0, 60)}" is not a network. Write a CIDR such as 192.0.2.0/24.`);
}

/** Clears all but the first bits. */
export function maskWords(words: readonly number[], bits: number): number[] {
  return words.map((word, index) => {
    const kept = Math.min(32, Math.max(0, bits - index * 32));
    const unit = 2 ** (32 - kept);
    return Math.floor(word / unit) * unit;
  });
}

/** The address's own network as text: /24 for IPv4, /48 for IPv6. */
export function prefixOf(address: Address): string {
  const [first = 0, second = 0] = address.words;
  if (address.family === 4) {
    return `${first >>> 24}.${(first >>> 16) & 0xff}.${(first >>> 8) & 0xff}.0/24`;
  }
  const groups = [first >>> 16, first & 0xffff, second >>> 16];
  // RFC 5952 section 4.2.1: `::` takes in the zero groups before it.
  while (groups.at(-1) === 0) groups.pop();
  return `${groups.map((group) => group.toString(16)).join(':')}::/48`;
}

function ipv4(value: number): Address {
  const text = `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
  return { family: 4, words: [value], text };
}

function ipv6(text: string): Address | undefined {
  const words = parseIpv6(text);
  if (words === undefined) return undefined;
  // RFC 4291 section 2.5.5.2: ::ffff:0:0/96 is IPv4 seen through an IPv6 socket.
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return ipv4(words[3]);
  const parts = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  return { family: 6, words, text: new ipaddr.IPv6(parts).toRFC5952String() };
}
