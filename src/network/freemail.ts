/** Domains where anybody gets a mailbox: free and disposable providers, one list for all. */
import { readFileSync } from 'node:fs';
import { PrimumError } from '../errors.ts';
import { dataPath } from './package-files.ts';

let loaded: ReadonlySet<string> | undefined;

/** The shipped list, lower case; read once. @throws PrimumError INPUT_UNREADABLE. */
export function loadFreemail(): ReadonlySet<string> {
  loaded ??= readFreemail(dataPath('freemail', 'domains.txt'));
  return loaded;
}

/** One domain a line; blank lines and `#` comments are skipped. */
export function readFreemail(file: string): ReadonlySet<string> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const domains = lines.map((line) => line.trim().toLowerCase());
    return new Set(domains.filter((domain) => domain !== '' && !domain.startsWith('#')));
  } catch (cause) {
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The list of free mail providers ${file} cannot be read. Install it anew.`,
      { cause },
    );
  }
}
