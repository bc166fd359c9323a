/** A client address as 16 bytes: IPv6, or IPv4 mapped into it (RFC 4291 section 2.5.5.2). */
import type { KeyedHash } from '../hash.ts';
import type { NetworkFacts } from '../network.ts';

export interface AddressKey {
  readonly words: readonly [number, number, number, number];
  /** Keyed hash of the place (NetworkFacts.place). */
  readonly place: number;
  /** Two letters in a u16; 0 when the country is unknown. */
  readonly country: number;
}

const ELSEWHERE: readonly string[] = ['fetcher', 'relay', 'hosting'];

const cache = new WeakMap<NetworkFacts, AddressKey>();

/** Facts are cached by their source, so the same object comes again for the same address. */
export function addressKey(facts: NetworkFacts, hash: KeyedHash): AddressKey {
  const known = cache.get(facts);
  if (known) return known;
  const key: AddressKey = {
    words: addressWords(facts.address),
    place: facts.place === '' ? 0 : hash.low(`place|${facts.place}`),
    // A fetcher, a relay or a rented machine stands where its provider does, not where the person is
    // (ACC-10).
    country: ELSEWHERE.includes(facts.class) ? 0 : countryCode(facts.country),
  };
  cache.set(facts, key);
  return key;
}

export function countryCode(country: string): number {
  return country.length === 2 ? (country.charCodeAt(0) << 8) | country.charCodeAt(1) : 0;
}

export function countryName(code: number): string {
  return code === 0 ? '' : String.fromCharCode(code >> 8, code & 0xff);
}

/** Four big-endian words of a normalised address; zeros when it is empty. */
export function addressWords(address: string): [number, number, number, number] {
  if (address === '') return [0, 0, 0, 0];
  if (!address.includes(':')) {
    let word = 0;
    for (const part of address.split('.')) word = (word << 8) | (Number(part) & 0xff);
    return [0, 0, 0xffff, word >>> 0];
  }
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = new Array<number>(8).fill(0);
  left.forEach((group, i) => (groups[i] = parseInt(group, 16) & 0xffff));
  right.forEach((group, i) => (groups[8 - right.length + i] = parseInt(group, 16) & 0xffff));
  const word = (i: number): number => (((groups[i] ?? 0) << 16) | (groups[i + 1] ?? 0)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}

/**
 * What of an address is counted, for limits and for failures: an IPv4 address itself; of an IPv6
 * address its /64, for a customer has as much at the least to choose from (RFC 6177).
 */
export function countedAddress(address: string): string {
  if (!address.includes(':')) return address;
  const [first, second] = addressWords(address);
  return `${addressText([first, second, 0, 0]) || '::'}/64`;
}

/** The textual address of four words, the longest run of zeros shortened (RFC 5952). */
export function addressText(words: readonly number[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  if (a === 0 && b === 0 && c === 0xffff) {
    return [d >>> 24, (d >>> 16) & 0xff, (d >>> 8) & 0xff, d & 0xff].join('.');
  }
  if ((a | b | c | d) === 0) return '';
  const groups = [a, b, c, d].flatMap((word) => [word >>> 16, word & 0xffff]);
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = text.match(/(?:^|:)0(?::0)+(?=:|$)/g);
  if (runs === null) return text;
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best));
  return text.replace(longest, '::').replace(':::', '::');
}
