/** The rows of the practices (data/practices/rows.json). */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PrimumError } from '../errors.ts';
import { dataPath } from '../network/package-files.ts';

const conditions = z
  .array(z.strictObject({ key: z.string(), not: z.array(z.unknown()).default([]) }))
  .default([]);

const rowSchema = z.strictObject({
  id: z.string().regex(/^[A-Z]{3}-\d{1,2}$/),
  title: z.string(),
  kind: z.enum(['enforced', 'audited', 'desk']),
  where: z.string(),
  isBuilt: z.boolean().default(true),
  when: conditions,
  anyOf: z.boolean().default(false),
  /** What must hold besides, where one of `when` is enough. */
  needs: conditions,
  /** Settings that say what it does: in force where one says more than to observe, off where all are off. */
  actions: z.array(z.string()).default([]),
  /** Of these one must be there for anything to be stopped. */
  actsWith: z.array(z.string()).default([]),
  /** It counts and learns, whatever its actions are. */
  alwaysLooks: z.boolean().default(false),
  watchesOnly: z.boolean().default(false),
  /** The row whose switch it is under, where it has none of its own. */
  switchedBy: z.string().optional(),
  /** The row whose score acts for it where none of its own actions does. */
  scoredBy: z.string().optional(),
  /** An enforced row that the watchers give evidence for, too. */
  hasChecks: z.boolean().default(false),
  switchOn: z.string().optional(),
});

export type PracticeRow = z.output<typeof rowSchema>;

const file = z.strictObject({ about: z.array(z.string()), rows: z.array(rowSchema) });

/** @throws PrimumError INPUT_UNREADABLE. */
export function loadPractices(): readonly PracticeRow[] {
  const path = dataPath('practices', 'rows.json');
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8'))).rows;
  } catch (cause) {
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The list of practices ${path} cannot be read. Install it anew.`,
      { cause },
    );
  }
}
