/** The words as shipped, data/wording/words.json. Threads are given them, checked. */
import { z } from 'zod';
import { readDataFile, WORDING_FILE } from './data-file.ts';

const list = z.array(z.string().min(1).max(40)).max(200);

const fileSchema = z.strictObject({
  about: z.array(z.string()).optional(),
  source: z.string().min(1),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  languages: z
    .array(
      z.strictObject({
        /** ISO 639-1. */
        language: z.string().regex(/^[a-z]{2}$/),
        name: z.string().min(1),
        common: list,
        payment: list,
        credentials: list,
      }),
    )
    .max(30),
});

export type Wording = z.infer<typeof fileSchema>['languages'];

/** @throws PrimumError INPUT_UNREADABLE when the file cannot be used. */
export function readWording(file: string = WORDING_FILE): Wording {
  return readDataFile(file, 'words', (value) => {
    const content = fileSchema.safeParse(value);
    if (!content.success) throw new Error(`${z.prettifyError(content.error)}.`);
    return content.data.languages;
  });
}
