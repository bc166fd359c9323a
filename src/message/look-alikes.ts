/**
 * Letters that look like a Latin one: who spins a text puts them into words, so that people read one
 * text and programs read many (UTS 39, Unicode Security Mechanisms, section 4). What is compared is
 * what people read.
 */
import { LOOK_ALIKES_FILE, readDataFile } from './data-file.ts';

/** Letters that look like one. */
const MAX_ALIKE = 200;

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
    const letters = lettersOf(value);
    const found = new Map<number, number>();
    for (const [from, to] of ACCENTED) {
      for (let code = from; code < to; code += 1) {
        const base = String.fromCharCode(code).normalize('NFD').charCodeAt(0);
        if (base >= 0x61 && base <= 0x7a) found.set(code, base);
      }
    }
    for (const [latin, alike] of letters) {
      for (let i = 0; i < alike.length; i += 1) {
        if (!found.has(alike.charCodeAt(i))) found.set(alike.charCodeAt(i), latin.charCodeAt(0));
      }
    }
    return found;
  });
}

/** Checked by hand: threads read the file too, and schemas take more memory than all else of theirs. */
function lettersOf(value: unknown): readonly (readonly [latin: string, alike: string])[] {
  const { letters } = (value ?? {}) as { readonly letters?: unknown };
  if (typeof letters !== 'object' || letters === null) throw new Error('it has no `letters`.');
  return Object.entries(letters as Readonly<Record<string, unknown>>).map(([latin, alike]) => {
    const isList = typeof alike === 'string' && alike !== '' && alike.length <= MAX_ALIKE;
    if (!/^[a-z]$/.test(latin) || !isList) {
      throw new Error(
        `\`${latin}\` is not a small letter with up to ${MAX_ALIKE} that look like it.`,
      );
    }
    return [latin, alike];
  });
}
