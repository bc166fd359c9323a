/** Bulk tools recognised by header and shape (SND-12), from data/bulk-tools/tools.json. */
import type { HeaderField } from './contract.ts';
import { unfold } from './header-fields.ts';

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
  readonly headers: readonly HeaderField[];
  /** Shapes, as in the derived message. */
  readonly boundaryShape: string | undefined;
  readonly messageIdShape: string | undefined;
}

/** Ids of the tools that fit, in the order of the list. */
export type BulkMatcher = (traits: BulkTraits) => readonly string[];

type Test = (traits: BulkTraits, fields: ReadonlyMap<string, string>) => boolean;

export function createBulkMatcher(tools: readonly BulkTool[]): BulkMatcher {
  const wanted = new Set<string>();
  const tests = tools.map(({ id, patterns }) => ({
    id,
    tests: patterns.map((pattern) => createTest(pattern, wanted)),
  }));
  return (traits) => {
    const fields = new Map<string, string>();
    for (const { name, value } of traits.headers) {
      const key = name.toLowerCase();
      if (wanted.has(key) && !fields.has(key)) {
        fields.set(key, unfold(value).slice(0, MAX_MATCHED_CHARS));
      }
    }
    return tests
      .filter((tool) => tool.tests.some((test) => test(traits, fields)))
      .map((tool) => tool.id);
  };
}

function createTest(pattern: BulkPattern, wanted: Set<string>): Test {
  if ('headers' in pattern) {
    const names = pattern.headers.map((name) => name.toLowerCase());
    for (const name of names) wanted.add(name);
    return (_, fields) => names.every((name) => fields.has(name));
  }
  if ('header' in pattern) {
    const name = pattern.header.toLowerCase();
    const expression = new RegExp(pattern.matches, 'i');
    wanted.add(name);
    return (_, fields) => {
      const text = fields.get(name);
      return text !== undefined && expression.test(text);
    };
  }
  if ('boundary' in pattern) {
    const expression = new RegExp(pattern.boundary);
    return ({ boundaryShape }) => boundaryShape !== undefined && expression.test(boundaryShape);
  }
  const expression = new RegExp(pattern.messageId);
  return ({ messageIdShape }) => messageIdShape !== undefined && expression.test(messageIdShape);
}
