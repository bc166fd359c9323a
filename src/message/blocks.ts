/**
 * Paragraphs as hashes and minima (MinHash, Broder 1997) over runs of three words, so that nearly
 * equal texts are found without keeping either. All of it is keyed with a secret of the installation:
 * short texts could be guessed from public hashes. Fingerprints of one key are compared, whatever the
 * day and the thread.
 */
import { FINGERPRINT_ROWS, type TextBlock } from '../core/message/derived.ts';
import { MAX_BLOCKS } from './limits.ts';
import { mix32 } from './mix.ts';
import type { WordStream } from './words.ts';

const GOLDEN = 0x9e3779b9;

/** Bytes of a key of fingerprints. */
export const FINGERPRINT_KEY_BYTES = 16;

/** At most `MAX_BLOCKS`; the last one takes the words that are left over. */
export type BlockMaker = (stream: WordStream) => readonly TextBlock[];

/** What a key is made into, once. */
interface Seeds {
  readonly k0: number;
  readonly k1: number;
  /** Row i hashes a run as (run XOR add) times an odd factor. */
  readonly adds: Int32Array;
  readonly factors: Int32Array;
}

/** @param key `FINGERPRINT_KEY_BYTES` */
export function createBlockMaker(key: Uint8Array): BlockMaker {
  if (key.length !== FINGERPRINT_KEY_BYTES) {
    throw new RangeError(`A key of fingerprints has ${FINGERPRINT_KEY_BYTES} bytes.`);
  }
  const view = new DataView(key.buffer, key.byteOffset, FINGERPRINT_KEY_BYTES);
  const [k0, k1, k2, k3] = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const rows = { length: FINGERPRINT_ROWS };
  const seeds: Seeds = {
    k0,
    k1,
    adds: Int32Array.from(rows, (_, i) => mix32(k2 ^ mix32(Math.imul(i + 1, GOLDEN)))),
    factors: Int32Array.from(rows, (_, i) => mix32(k3 ^ mix32(Math.imul(i + 1001, GOLDEN))) | 1),
  };
  return (stream) => makeBlocks(stream, seeds);
}

function makeBlocks({ words, paragraphEnds }: WordStream, seeds: Seeds): readonly TextBlock[] {
  const ends = paragraphEnds.slice(0, MAX_BLOCKS - 1);
  if (words.length > (ends.at(-1) ?? 0)) ends.push(words.length);
  const blocks: TextBlock[] = [];
  let from = 0;
  for (const end of ends) {
    blocks.push(makeBlock(words.subarray(from, end), seeds));
    from = end;
  }
  return blocks;
}

function makeBlock(words: Int32Array, seeds: Seeds): TextBlock {
  let hash = 0;
  for (let i = 0; i < words.length; i += 1) {
    hash = Math.imul(hash ^ (words[i] as number), 0x01000193);
  }
  const runs = hashRuns(words, seeds);
  const minima: number[] = [];
  for (let row = 0; row < FINGERPRINT_ROWS; row += 4) leastOfFour(runs, row, seeds, minima);
  return { hash: keyedHash(seeds, hash, words.length, -1) >>> 0, words: words.length, minima };
}

/** Four rows in one pass: this loop is a third of what reading a text costs. */
function leastOfFour(
  runs: Int32Array,
  row: number,
  { adds, factors }: Seeds,
  minima: number[],
): void {
  const add0 = adds[row] as number;
  const add1 = adds[row + 1] as number;
  const add2 = adds[row + 2] as number;
  const add3 = adds[row + 3] as number;
  const factor0 = factors[row] as number;
  const factor1 = factors[row + 1] as number;
  const factor2 = factors[row + 2] as number;
  const factor3 = factors[row + 3] as number;
  let least0 = 0x7fffffff;
  let least1 = 0x7fffffff;
  let least2 = 0x7fffffff;
  let least3 = 0x7fffffff;
  for (let i = 0; i < runs.length; i += 1) {
    const run = runs[i] as number;
    least0 = Math.min(least0, Math.imul(run ^ add0, factor0));
    least1 = Math.min(least1, Math.imul(run ^ add1, factor1));
    least2 = Math.min(least2, Math.imul(run ^ add2, factor2));
    least3 = Math.min(least3, Math.imul(run ^ add3, factor3));
  }
  minima.push(unsigned(least0), unsigned(least1), unsigned(least2), unsigned(least3));
}

/** In the same order. */
function unsigned(value: number): number {
  return (value ^ 0x80000000) >>> 0;
}

/** One hash for each three words that follow each other; fewer than three words are one run. */
function hashRuns(words: Int32Array, seeds: Seeds): Int32Array {
  const last = Math.max(0, words.length - 3);
  const runs = new Int32Array(last + 1);
  for (let i = 0; i <= last; i += 1) {
    runs[i] = keyedHash(seeds, words[i] ?? 0, words[i + 1] ?? 0, words[i + 2] ?? 0);
  }
  return runs;
}

/** The last block of HalfSipHash: twelve bytes were hashed. */
const LENGTH_BLOCK = 12 << 24;

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein) of three 32-bit words, signed: without the key nobody
 * tells its result, and a run of words costs some 20 ns.
 */
function keyedHash({ k0, k1 }: Seeds, first: number, second: number, third: number): number {
  let a = k0;
  let b = k1;
  let c = k0 ^ 0x6c796765;
  let d = k1 ^ 0x74656462;
  for (let step = 0; step < 7; step += 1) {
    const block =
      step > 3 ? 0 : step === 0 ? first : step === 1 ? second : step === 2 ? third : LENGTH_BLOCK;
    d ^= block;
    if (step === 4) c ^= 0xff;
    a = (a + b) | 0;
    b = ((b << 5) | (b >>> 27)) ^ a;
    a = (a << 16) | (a >>> 16);
    c = (c + d) | 0;
    d = ((d << 8) | (d >>> 24)) ^ c;
    a = (a + d) | 0;
    d = ((d << 7) | (d >>> 25)) ^ a;
    c = (c + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ c;
    c = (c << 16) | (c >>> 16);
    a ^= block;
  }
  return b ^ d;
}
