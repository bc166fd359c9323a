/** What reading knows beforehand: bulk tools and words from the shipped data files, and a key. */
import { createBlockMaker, type BlockMaker } from './blocks.ts';
import { createBulkMatcher, type BulkMatcher } from './bulk-tools.ts';
import type { Lists } from './lists.ts';
import { createWordingReader, type WordingReader } from './wording.ts';

/** The lists made ready for use. */
export interface Knowledge {
  readonly findTools: BulkMatcher;
  readonly readWording: WordingReader;
  readonly makeBlocks: BlockMaker;
}

export function createKnowledge({ tools, wording }: Lists, fingerprintKey: Uint8Array): Knowledge {
  return {
    findTools: createBulkMatcher(tools),
    readWording: createWordingReader(wording),
    makeBlocks: createBlockMaker(fingerprintKey),
  };
}
