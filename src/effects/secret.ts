/** A secret from a file, read at each use, so that a changed one needs no restart. */
import { readFile } from 'node:fs/promises';

/** Without the line end. @throws when the file cannot be read or is empty. */
export async function readSecret(path: string): Promise<string> {
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret === '') throw new Error(`The secret file ${path} is empty.`);
  return secret;
}
