/** How far a log was read, and what was known by then; kept in one file, replaced as a whole. */
import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { JoinState } from '../maillog/join.ts';
import type { StampState } from '../protocol/mail-log-stamp.ts';

/** A place in a file that is known again after it was renamed, copied or compressed. */
export interface LogPlace {
  readonly inode: number;
  readonly offset: number;
  /** How many of its first bytes the fingerprint is of. */
  readonly headBytes: number;
  /** SHA-256 of them: they have addresses, which do not lie around in another file. */
  readonly head: string;
}

export interface SavedPosition {
  readonly v: 1;
  readonly path: string;
  readonly place: LogPlace;
  readonly stamps?: StampState;
  readonly join: JoinState;
}

/** First bytes of a log file that tell it from others: two lines with their times. */
export const HEAD_BYTES = 256;

export function headHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The first bytes, as many as there are up to `count`. */
export async function readHead(file: FileHandle, count: number): Promise<Buffer> {
  const buffer = Buffer.alloc(count);
  const { bytesRead } = await file.read(buffer, 0, count, 0);
  return buffer.subarray(0, bytesRead);
}

/** `undefined` where there is none, `broken` where it says nothing that can be used. */
export async function loadPosition(
  file: string,
  path: string,
): Promise<SavedPosition | undefined | 'broken'> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const saved = JSON.parse(text) as Partial<SavedPosition>;
    const place = saved.place;
    if (saved.v !== 1 || place === undefined || saved.join === undefined) return 'broken';
    if (!Number.isSafeInteger(place.offset) || place.offset < 0) return 'broken';
    // Another log is followed now: its position is not this one.
    return saved.path === path ? (saved as SavedPosition) : undefined;
  } catch {
    return 'broken';
  }
}

export async function savePosition(file: string, position: SavedPosition): Promise<void> {
  const draft = `${file}.part`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(position));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
