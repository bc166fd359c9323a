/**
 * The shipped lists that reading uses. Who checks them knows schemas, which take more memory than
 * all else of a reader: a thread is given what was checked here.
 */
import { readBulkTools } from './bulk-tools-list.ts';
import type { BulkTool } from './bulk-tools.ts';
import { readWording, type Wording } from './wording-list.ts';

/** The lists that reading uses, as plain data that can be given to a thread. */
export interface Lists {
  readonly tools: readonly BulkTool[];
  readonly wording: Wording;
}

/** @throws PrimumError INPUT_UNREADABLE when a shipped list cannot be used. */
export function loadLists(): Lists {
  return { tools: readBulkTools(), wording: readWording() };
}
