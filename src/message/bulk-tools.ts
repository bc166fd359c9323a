/** Bulk tools recognised by header and shape (SND-12), from data/bulk-tools/tools.json. */
import { z } from 'zod';
import type { HeaderField } from './contract.ts';
import { BULK_TOOLS_FILE, readDataFile } from './data-file.ts';
import { unfold } from './header-fields.ts';

/** Text of a field that a pattern sees: signatures stand at its beginning. */
const MAX_MATCHED_CHARS = 500;

const patternSchema = z.union([
  z.strictObject({ headers: z.array(z.string().min(1)).min(1).max(20) }),
  z.strictObject({ header: z.string().min(1), matches: z.string().min(1).max(500) }),
  z.strictObject({ boundary: z.string().min(1).max(500) }),
  z.strictObject({ messageId: z.string().min(1).max(500) }),
]);

const fileSchema = z.strictObject({
  about: z.array(z.string()).optional(),
  tools: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
        name: z.string().min(1).max(80),
        /** Where the pattern was read. */
        source: z.string().min(1),
        /** When, `YYYY-MM-DD`. */
        date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
        note: z.string().optional(),
        patterns: z.array(patternSchema).min(1).max(20),
      }),
    )
    .max(1000),
});

export type BulkTool = z.infer<typeof fileSchema>['tools'][number];

/** @throws PrimumError INPUT_UNREADABLE when the file or a pattern in it cannot be used. */
export function readBulkTools(file: string = BULK_TOOLS_FILE): readonly BulkTool[] {
  return readDataFile(file, 'bulk tools', (value) => {
    const content = fileSchema.safeParse(value);
    if (!content.success) throw new Error(`${z.prettifyError(content.error)}.`);
    createBulkMatcher(content.data.tools);
    return content.data.tools;
  });
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

function createTest(pattern: BulkTool['patterns'][number], wanted: Set<string>): Test {
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
