/** What reading knows beforehand: bulk tools and words from the shipped data files, and a key. */
import { createBlockMaker, type BlockMaker } from './blocks.ts';
import { createBulkMatcher, readBulkTools, type BulkMatcher, type BulkTool } from './bulk-tools.ts';
import { createWordingReader, readWording, type Wording, type WordingReader } from './wording.ts';

/** The lists that reading uses, as plain data that can be given to a thread. */
export interface Lists {
  readonly tools: readonly BulkTool[];
  readonly wording: Wording;
}

/** The lists made ready for use. */
export interface Knowledge {
  readonly findTools: BulkMatcher;
  readonly readWording: WordingReader;
  readonly makeBlocks: BlockMaker;
}

/** @throws PrimumError INPUT_UNREADABLE when a shipped list cannot be used. */
export function loadLists(): Lists {
  return { tools: readBulkTools(), wording: readWording() };
}

export function createKnowledge({ tools, wording }: Lists, fingerprintKey: Uint8Array): Knowledge {
  return {
    findTools: createBulkMatcher(tools),
    readWording: createWordingReader(wording),
    makeBlocks: createBlockMaker(fingerprintKey),
  };
}
