/** The list of bulk tools as shipped, data/bulk-tools/tools.json. Threads are given it, checked. */
import { z } from 'zod';
import { createBulkMatcher, type BulkTool } from './bulk-tools.ts';
import { BULK_TOOLS_FILE, readDataFile } from './data-file.ts';

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

/** @throws PrimumError INPUT_UNREADABLE when the file or a pattern in it cannot be used. */
export function readBulkTools(file: string = BULK_TOOLS_FILE): readonly BulkTool[] {
  return readDataFile(file, 'bulk tools', (value) => {
    const content = fileSchema.safeParse(value);
    if (!content.success) throw new Error(`${z.prettifyError(content.error)}.`);
    createBulkMatcher(content.data.tools);
    return content.data.tools;
  });
}
