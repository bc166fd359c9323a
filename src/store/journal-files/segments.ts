/**
 * Segment files: named by when they began, so that names sort by time; compressed once closed;
 * deleted once all they hold is older than the retention.
 */
import { open, readdir, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decompressZstd } from './read-lines.ts';

export const PLAIN = '.ndjson';
export const COMPRESSED = '.ndjson.zst';
/** Follows the ending of what is being written. */
export const UNFINISHED = '.part';
const NAME = /^journal-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z(\.ndjson(?:\.zst)?)$/;
const CHUNK_BYTES = 262_144;

export interface Segment {
  /** File name without its ending. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  /** The endings it has on disk; both only where a crash came between compressing and deleting. */
  readonly endings: readonly string[];
}

/** `journal-20260131T235959999Z` */
export function segmentName(beganAt: number): string {
  return `journal-${new Date(beganAt).toISOString().replace(/[-:.]/g, '')}`;
}

/** File name of a segment that is being written. */
export function segmentFile(name: string): string {
  return name + PLAIN;
}

/** Segments in a folder, oldest first; other files are none of ours. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const segments = new Map<string, Segment>();
  for (const file of await readdir(folder)) {
    const match = NAME.exec(file);
    if (match === null) continue;
    const [, year, month, day, hour, minute, second, ms, ending = ''] = match;
    const beganAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
    const name = file.slice(0, -ending.length);
    const endings = [...(segments.get(name)?.endings ?? []), ending];
    segments.set(name, { name, beganAt, endings });
  }
  return [...segments.values()].sort((a, b) => a.beganAt - b.beganAt);
}

/** The lines of a segment as bytes; nothing when it has been deleted meanwhile. */
export async function* segmentBytes(folder: string, name: string): AsyncGenerator<Uint8Array> {
  for (const ending of [PLAIN, COMPRESSED]) {
    const file = await openIfThere(join(folder, name + ending));
    if (file === undefined) continue;
    const bytes: AsyncIterable<Uint8Array> = file.createReadStream({ highWaterMark: CHUNK_BYTES });
    yield* ending === PLAIN ? bytes : decompressZstd(bytes);
    return;
  }
}

/** As `segmentBytes`, but the pieces share their memory: each is good until the next is asked for. */
export async function* segmentPieces(folder: string, name: string): AsyncGenerator<Uint8Array> {
  const file = await openSegment(folder, name, 'plain');
  if (file === undefined) {
    yield* segmentBytes(folder, name);
    return;
  }
  try {
    const memory = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(memory, 0, memory.length, null);
      if (bytesRead === 0) return;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** `undefined` when the segment has no such file, or has been deleted meanwhile. */
export function openSegment(
  folder: string,
  name: string,
  form: 'plain' | 'compressed',
): Promise<FileHandle | undefined> {
  return openIfThere(join(folder, name + (form === 'plain' ? PLAIN : COMPRESSED)));
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes what crashes left of unfinished compressions. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (file.startsWith('journal-') && file.endsWith(UNFINISHED)) {
      await rm(join(folder, file), { force: true });
    }
  }
}

/** Deletes segments that ended before `oldest`: those whose successor began before it. */
export async function expireSegments(folder: string, oldest: number): Promise<void> {
  const segments = await listSegments(folder);
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1];
    if (next === undefined || next.beganAt > oldest) return;
    for (const ending of segment.endings) {
      await rm(join(folder, segment.name + ending), { force: true });
    }
  }
}
