/**
 * What a message's text comes to, for tests of the judging: paragraphs, each with a hash and minima
 * over its runs of three words. The reading of real messages has tests of its own.
 */
import {
  FINGERPRINT_ROWS,
  type DerivedMessage,
  type TextBlock,
} from '../src/core/message/derived.ts';
import { mix } from '../src/core/message/fingerprint.ts';

const RUN = 3;

function hashOf(words: readonly string[]): number {
  let hash = 17;
  for (const char of words.join(' ')) hash = mix(hash ^ (char.codePointAt(0) ?? 0));
  return hash;
}

export function blockOf(paragraph: string): TextBlock {
  const words = paragraph.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const runs = Math.max(1, words.length - RUN + 1);
  const hashes = Array.from({ length: runs }, (_, i) => hashOf(words.slice(i, i + RUN)));
  return {
    hash: hashOf(words),
    words: words.length,
    minima: Array.from({ length: FINGERPRINT_ROWS }, (_, row) =>
      hashes.reduce((least, hash) => Math.min(least, mix(hash ^ mix(row + 1))), 0xffffffff),
    ),
  };
}

/** The derived part of a message with these paragraphs. */
export function derivedFrom(
  paragraphs: readonly string[],
  changes: Partial<DerivedMessage> = {},
): DerivedMessage {
  const blocks = paragraphs.map(blockOf);
  return {
    version: 1,
    sizeBytes: 2_000,
    words: blocks.reduce((sum, { words }) => sum + words, 0),
    blocks,
    ...changes,
  };
}
