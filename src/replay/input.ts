/**
 * Which files a replay reads, in order: those that were named, and of a folder the segments of a
 * journal, oldest first.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { PrimumError, wordsOf } from '../errors.ts';
import { listSegments } from '../store/journal-files/segments.ts';

export const STANDARD_INPUT = '-';

/** @throws PrimumError INPUT_UNREADABLE for a folder without segments, or one that cannot be read. */
export async function eventFiles(named: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of named) {
    if (name !== STANDARD_INPUT && isFolder(name)) files.push(...(await segmentsOf(name)));
    else files.push(name);
  }
  return files;
}

function isFolder(path: string): boolean {
  // What is not there is said by whoever opens it.
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function segmentsOf(folder: string): Promise<string[]> {
  try {
    const segments = await listSegments(folder);
    const files = segments.map(({ name, endings }) =>
      join(folder, `${name}${[...endings].sort()[0] ?? ''}`),
    );
    if (files.length > 0) return files;
  } catch (error) {
    throw unreadable(`${folder} cannot be read: ${wordsOf(error)}.`, error);
  }
  throw unreadable(`${folder} holds no segments of a journal, journal-….ndjson or .ndjson.zst.`);
}

function unreadable(what: string, cause?: unknown): PrimumError {
  const remedy = 'Name a file with events, or the journal folder in the state folder.';
  return new PrimumError('INPUT_UNREADABLE', `${what} ${remedy}`, { cause });
}
