/**
 * Finds the longest network that holds an address: one hash look-up for each prefix length that is
 * in use, longest first.
 */
import ipaddr from 'ipaddr.js';

export interface Address {
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** The address as 32-bit words, unsigned: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
}

export interface Network extends Address {
  readonly bits: number;
  /** `203.0.113.0/24`; an address alone has no suffix. */
  readonly text: string;
}

/** `undefined` for what is no address. IPv4-mapped IPv6 is IPv4; an IPv6 zone is left out. */
export function parseAddress(text: string): Address | undefined {
  const word = parseIpv4(text);
  if (word !== undefined) return { family: 4, words: [word] };
  if (!text.includes(':')) return undefined;
  if (text === lastText) return lastAddress;
  lastText = text;
  lastAddress = parseIpv6(text);
  return lastAddress;
}

/** An IPv6 address costs microseconds to read, and both lists are asked about the same one. */
let lastText = '';
let lastAddress: Address | undefined;

function parseIpv6(text: string): Address | undefined {
  // Shortest refusal first: ipaddr.js throws, which is slow. 45: RFC 4291 with an IPv4 tail; a zone
  // comes on top (RFC 4007), at most 15 characters on Linux.
  if (text.length > 61) return undefined;
  let address: ipaddr.IPv6;
  try {
    address = ipaddr.IPv6.parse(text);
  } catch {
    return undefined;
  }
  const words = [0, 2, 4, 6].map((at) => wordAt(address.parts, at));
  return address.isIPv4MappedAddress()
    ? { family: 4, words: words.slice(3) }
    : { family: 6, words };
}

function wordAt(parts: readonly number[], at: number): number {
  return (parts[at] ?? 0) * 65_536 + (parts[at + 1] ?? 0);
}

/** An address or CIDR, host bits cleared. `undefined` for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const { family } = address;
  const most = family === 4 ? 32 : 128;
  const suffix = slash < 0 ? String(most) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(suffix)) return undefined;
  // ::ffff:192.0.2.0/120 counts its bits from the start of the IPv6 address.
  const isMapped = family === 4 && text.includes(':') && slash >= 0;
  const bits = isMapped ? Number(suffix) - 96 : Number(suffix);
  if (bits < 0 || bits > most) return undefined;
  const words = masked(address.words, bits);
  return { family, words, bits, text: format(words, bits === most ? undefined : bits) };
}

/** Dotted decimal without leading zeros; others read those as octal. */
function parseIpv4(text: string): number | undefined {
  if (text.length > 15 || text.length < 7) return undefined;
  let word = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0) return undefined;
      word = word * 256 + part;
      part = -1;
      dots++;
    } else if (code >= 48 && code <= 57 && part !== 0) {
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return dots === 3 && part >= 0 ? word * 256 + part : undefined;
}

function masked(words: readonly number[], bits: number): number[] {
  return words.map((word, index) => maskWord(word, bits - index * 32));
}

function maskWord(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : (word & (0xffffffff << (32 - bits))) >>> 0;
}

function format(words: readonly number[], bits: number | undefined): string {
  const bytes = words.flatMap((word) => [
    word >>> 24,
    (word >>> 16) & 255,
    (word >>> 8) & 255,
    word & 255,
  ]);
  const text = ipaddr.fromByteArray(bytes).toString();
  return bits === undefined ? text : `${text}/${bits}`;
}

/** Networks with a value each. */
export class PrefixTable<T> {
  readonly #v4 = new Map<number, Map<number, T>>();
  readonly #v6 = new Map<number, Map<string, T>>();
  #bitsV4: readonly number[] = [];
  #bitsV6: readonly number[] = [];

  get isEmpty(): boolean {
    return this.#bitsV4.length === 0 && this.#bitsV6.length === 0;
  }

  set(network: Network, value: T): void {
    const { bits } = network;
    if (network.family === 4) put(this.#v4, bits, network.words[0] ?? 0, value);
    else put(this.#v6, bits, network.words.join(), value);
    this.#index();
  }

  delete(network: Network): void {
    const { bits } = network;
    if (network.family === 4) drop(this.#v4, bits, network.words[0] ?? 0);
    else drop(this.#v6, bits, network.words.join());
    this.#index();
  }

  /** The value of the longest network that holds the address and is accepted. */
  find(address: Address, accept: (value: T) => boolean): T | undefined {
    const isV4 = address.family === 4;
    const [word = 0] = address.words;
    for (const bits of isV4 ? this.#bitsV4 : this.#bitsV6) {
      const value = isV4
        ? this.#v4.get(bits)?.get(maskWord(word, bits))
        : this.#v6.get(bits)?.get(masked(address.words, bits).join());
      if (value !== undefined && accept(value)) return value;
    }
    return undefined;
  }

  #index(): void {
    if (this.#v4.size !== this.#bitsV4.length) this.#bitsV4 = longestFirst(this.#v4);
    if (this.#v6.size !== this.#bitsV6.length) this.#bitsV6 = longestFirst(this.#v6);
  }
}

function longestFirst(table: ReadonlyMap<number, unknown>): number[] {
  return [...table.keys()].sort((a, b) => b - a);
}

function put<K, T>(table: Map<number, Map<K, T>>, bits: number, key: K, value: T): void {
  const networks = table.get(bits) ?? new Map<K, T>();
  table.set(bits, networks.set(key, value));
}

function drop<K, T>(table: Map<number, Map<K, T>>, bits: number, key: K): void {
  const networks = table.get(bits);
  networks?.delete(key);
  if (networks?.size === 0) table.delete(bits);
}
