/**
 * Letters that look like a Latin one: who spins a text puts them into words, so that people read one
 * text and programs read many (UTS 39, Unicode Security Mechanisms, section 4). What is compared is
 * what people read.
 */
import { z } from 'zod';
import { LOOK_ALIKES_FILE, readDataFile } from './data-file.ts';

const fileSchema = z.strictObject({
  about: z.array(z.string()).optional(),
  source: z.string().min(1),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  letters: z.record(z.string().regex(/^[a-z]$/), z.string().min(1).max(200)),
});

/** Code units of letters, each with the Latin one that it is taken for. */
export type LookAlikes = ReadonlyMap<number, number>;

/** Latin with accents: the Latin-1 letters to Extended-B, and Extended Additional. */
const ACCENTED: readonly (readonly [from: number, to: number])[] = [
  [0xc0, 0x250],
  [0x1e00, 0x1f00],
];

/** @throws PrimumError INPUT_UNREADABLE when the file cannot be used. */
export function readLookAlikes(file: string = LOOK_ALIKES_FILE): LookAlikes {
  return readDataFile(file, 'letters that look alike', (value) => {
    const content = fileSchema.safeParse(value);
    if (!content.success) throw new Error(`${z.prettifyError(content.error)}.`);
    const found = new Map<number, number>();
    for (const [from, to] of ACCENTED) {
      for (let code = from; code < to; code += 1) {
        const base = String.fromCharCode(code).normalize('NFD').charCodeAt(0);
        if (base >= 0x61 && base <= 0x7a) found.set(code, base);
      }
    }
    for (const [latin, alike] of Object.entries(content.data.letters)) {
      for (let i = 0; i < alike.length; i += 1) {
        if (!found.has(alike.charCodeAt(i))) found.set(alike.charCodeAt(i), latin.charCodeAt(0));
      }
    }
    return found;
  });
}
