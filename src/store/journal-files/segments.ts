/**
 * Segment files: named by when they began, so that names sort by time; compressed once closed;
 * deleted once all they hold is older than the retention.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { decompress } from './read-lines.ts';

const PLAIN = '.ndjson';
const COMPRESSED = '.ndjson.zst';
const UNFINISHED = '.part';
const NAME = /^journal-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z(\.ndjson(?:\.zst)?)$/;
const CHUNK_BYTES = 262_144;
const PAUSE_FACTOR = 4;

/** Level 3 is zstd's own default: 400 MB/s and a tenth of the size for lines like these. */
const ZSTD_LEVEL = 3;

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
    yield* ending === PLAIN ? bytes : decompress(bytes, createZstdDecompress());
    return;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Compresses a closed segment; a crash on the way leaves the plain one. */
export async function compressSegment(
  folder: string,
  segment: Segment,
  signal: AbortSignal,
): Promise<void> {
  const plain = join(folder, segment.name + PLAIN);
  const compressed = join(folder, segment.name + COMPRESSED);
  if (!segment.endings.includes(COMPRESSED)) {
    const engine = createZstdCompress({
      params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
    });
    const target = compressed + UNFINISHED;
    try {
      const out = createWriteStream(target, { mode: 0o600, flush: true });
      const lines = createReadStream(plain, { highWaterMark: CHUNK_BYTES });
      await pipeline(lines, (chunks) => unhurried(chunks, signal), engine, out, { signal });
      await rename(target, compressed);
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }
  await rm(plain, { force: true });
}

/**
 * Lets a pause of four times its work follow each chunk: at full speed compressing takes a core for
 * a second, and mail would wait for it on a machine that has few.
 */
async function* unhurried(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const givenAt = performance.now();
    yield chunk;
    await pause(PAUSE_FACTOR * (performance.now() - givenAt), undefined, { signal });
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
