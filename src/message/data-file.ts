/** The shipped data files that reading needs: the package's data folder, from src/ and dist/ alike. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PrimumError } from '../errors.ts';

/** A list larger than this is not one: the shipped ones have a few KB. */
export const MAX_DATA_FILE_BYTES = 1024 * 1024;

export const BULK_TOOLS_FILE = fileURLToPath(
  new URL('../../data/bulk-tools/tools.json', import.meta.url),
);

export const WORDING_FILE = fileURLToPath(
  new URL('../../data/wording/words.json', import.meta.url),
);

export const LOOK_ALIKES_FILE = fileURLToPath(
  new URL('../../data/letters/look-alikes.json', import.meta.url),
);

/** @throws PrimumError INPUT_UNREADABLE that names the file and what is wrong in it. */
export function readDataFile<T>(file: string, what: string, check: (value: unknown) => T): T {
  try {
    if (statSync(file).size > MAX_DATA_FILE_BYTES) {
      throw new Error(`it is larger than ${MAX_DATA_FILE_BYTES} bytes.`);
    }
    return check(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The list of ${what} ${file} cannot be used: ${reason} Mend it, or install it anew.`,
      { cause },
    );
  }
}
