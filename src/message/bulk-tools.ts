/** Bulk tools recognised by header and shape (SND-12), from data/bulk-tools/tools.json. */
import { unfold } from './header-fields.ts';
import type { HeaderIndex } from './header-index.ts';

/** Text of a field that a pattern sees: signatures stand at its beginning. */
const MAX_MATCHED_CHARS = 500;

export type BulkPattern =
  | { readonly headers: readonly string[] }
  | { readonly header: string; readonly matches: string }
  | { readonly boundary: string }
  | { readonly messageId: string };

export interface BulkTool {
  readonly id: string;
  readonly name: string;
  /** Where the pattern was read. */
  readonly source: string;
  /** When, `YYYY-MM-DD`. */
  readonly date: string;
  readonly note?: string | undefined;
  /** One is enough. */
  readonly patterns: readonly BulkPattern[];
}

/** What of a message the patterns look at. */
export interface BulkTraits {
  readonly index: HeaderIndex;
  /** Shapes, as in the derived message. */
  readonly boundaryShape: string | undefined;
  readonly messageIdShape: string | undefined;
}

/** Ids of the tools that fit, in the order of the list. */
export type BulkMatcher = (traits: BulkTraits) => readonly string[];

type Test = (traits: BulkTraits) => boolean;

export function createBulkMatcher(tools: readonly BulkTool[]): BulkMatcher {
  const tests = tools.map(({ id, patterns }) => ({ id, tests: patterns.map(createTest) }));
  return (traits) => {
    let found: string[] | undefined;
    for (const tool of tests) {
      if (tool.tests.some((test) => test(traits))) (found ??= []).push(tool.id);
    }
    return found ?? NONE;
  };
}

const NONE: readonly string[] = [];

function createTest(pattern: BulkPattern): Test {
  if ('headers' in pattern) {
    const names = pattern.headers.map((name) => name.toLowerCase());
    return ({ index }) => names.every((name) => index.has(name));
  }
  if ('header' in pattern) {
    const name = pattern.header.toLowerCase();
    const expression = new RegExp(pattern.matches, 'i');
    return ({ index }) => {
      const text = index.raw(name);
      return text !== undefined && expression.test(unfold(text).slice(0, MAX_MATCHED_CHARS));
    };
  }
  if ('boundary' in pattern) {
    const expression = new RegExp(pattern.boundary);
    return ({ boundaryShape }) => boundaryShape !== undefined && expression.test(boundaryShape);
  }
  const expression = new RegExp(pattern.messageId);
  return ({ messageIdShape }) => messageIdShape !== undefined && expression.test(messageIdShape);
}
