/**
 * Paragraphs as hashes and minima (MinHash, Broder 1997) over runs of three words, so that nearly
 * equal texts are found without keeping either. Seeds are fixed: fingerprints of different days and
 * machines are compared.
 */
import { FINGERPRINT_ROWS, type TextBlock } from '../core/message/derived.ts';
import { MAX_BLOCKS } from './limits.ts';
import { mix32 } from './mix.ts';
import type { WordStream } from './words.ts';

const GOLDEN = 0x9e3779b9;

/** Row i hashes a run as (run XOR add) times an odd factor. */
const ADDS = Int32Array.from({ length: FINGERPRINT_ROWS }, (_, i) =>
  mix32(Math.imul(i + 1, GOLDEN)),
);
const FACTORS = Int32Array.from(
  { length: FINGERPRINT_ROWS },
  (_, i) => mix32(Math.imul(i + 1001, GOLDEN)) | 1,
);

/** At most `MAX_BLOCKS`; the last one takes the words that are left over. */
export function makeBlocks({ words, paragraphEnds }: WordStream): readonly TextBlock[] {
  const ends = paragraphEnds.slice(0, MAX_BLOCKS - 1);
  if (words.length > (ends.at(-1) ?? 0)) ends.push(words.length);
  const blocks: TextBlock[] = [];
  let from = 0;
  for (const end of ends) {
    blocks.push(makeBlock(words, from, end));
    from = end;
  }
  return blocks;
}

function makeBlock(words: readonly number[], from: number, end: number): TextBlock {
  let hash = 0;
  for (let i = from; i < end; i += 1) hash = Math.imul(hash ^ (words[i] as number), 0x01000193);
  const runs = hashRuns(words, from, end);
  const minima: number[] = [];
  for (let row = 0; row < FINGERPRINT_ROWS; row += 4) leastOfFour(runs, row, minima);
  return { hash: mix32(hash) >>> 0, words: end - from, minima };
}

/** Four rows in one pass: this loop is a third of what reading a text costs. */
function leastOfFour(runs: Int32Array, row: number, minima: number[]): void {
  const add0 = ADDS[row] as number;
  const add1 = ADDS[row + 1] as number;
  const add2 = ADDS[row + 2] as number;
  const add3 = ADDS[row + 3] as number;
  const factor0 = FACTORS[row] as number;
  const factor1 = FACTORS[row + 1] as number;
  const factor2 = FACTORS[row + 2] as number;
  const factor3 = FACTORS[row + 3] as number;
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
function hashRuns(words: readonly number[], from: number, end: number): Int32Array {
  const last = Math.max(from, end - 3);
  const runs = new Int32Array(last - from + 1);
  for (let i = from; i <= last; i += 1) {
    let run = Math.imul(words[i] as number, 0x2c1b3c6d);
    if (i + 1 < end) run = Math.imul(run ^ (words[i + 1] as number), 0x297a2d39);
    if (i + 2 < end) run = Math.imul(run ^ (words[i + 2] as number), 0x1b56c4e9);
    runs[i - from] = mix32(run);
  }
  return runs;
}
