/** Longest-prefix match: one hash table a prefix length, longest first. */
import type { Address, Network } from './address.ts';

export interface PrefixTable<T> {
  /** A network already there keeps its value: the first of equal lists wins. */
  add(network: Network, value: T): void;
  find(address: Address): T | undefined;
}

interface Row<T> {
  readonly words: readonly number[];
  readonly value: T;
}

/** Networks of one length; rows under one number share a hash. */
interface Length<T> {
  readonly bits: number;
  readonly rows: Map<number, Row<T>[]>;
}

export function createPrefixTable<T>(): PrefixTable<T> {
  const lengths: Record<4 | 6, Length<T>[]> = { 4: [], 6: [] };
  return {
    add({ family, words, bits }, value) {
      let length = lengths[family].find((known) => known.bits === bits);
      if (length === undefined) {
        length = { bits, rows: new Map() };
        lengths[family].push(length);
        lengths[family].sort((left, right) => right.bits - left.bits);
      }
      if (findRow(length, words) !== undefined) return;
      const key = hashOf(words, bits);
      const rows = length.rows.get(key) ?? [];
      rows.push({ words, value });
      length.rows.set(key, rows);
    },
    find({ family, words }) {
      for (const length of lengths[family]) {
        const row = findRow(length, words);
        if (row !== undefined) return row.value;
      }
      return undefined;
    },
  };
}

function findRow<T>({ bits, rows }: Length<T>, words: readonly number[]): Row<T> | undefined {
  return rows.get(hashOf(words, bits))?.find((row) => isWithin(words, row.words, bits));
}

function isWithin(words: readonly number[], network: readonly number[], bits: number): boolean {
  for (let index = 0; index < words.length; index += 1) {
    if (masked(words[index] ?? 0, bits - index * 32) !== network[index]) return false;
  }
  return true;
}

function hashOf(words: readonly number[], bits: number): number {
  let hash = 0;
  for (let index = 0; index < words.length && bits > index * 32; index += 1) {
    // Odd multiplier of Knuth's multiplicative hashing: spreads the high bits.
    hash = Math.imul(hash ^ masked(words[index] ?? 0, bits - index * 32), 0x9e3779b1);
  }
  return hash;
}

/** The first bits of an unsigned word. */
function masked(word: number, bits: number): number {
  if (bits >= 32) return word;
  return bits <= 0 ? 0 : (word & (-1 << (32 - bits))) >>> 0;
}
