/** Where the rest of a log went that was renamed, copied or compressed before it was read. */
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { headHash, readHead } from './log-position.ts';
import type { LogPlace } from './log-position.ts';

/** A file that has lines which were not read. */
export interface MissedFile {
  readonly path: string;
  /** In its content, decompressed. */
  readonly from: number;
}

/** Old files looked at; logrotate(8) keeps four weeks by default. */
const MAX_CANDIDATES = 100;

/**
 * The file with the rest, then those written after it, oldest first; `undefined` when it is not
 * there any more. The current file is not among them.
 */
export async function findMissed(
  path: string,
  place: LogPlace,
): Promise<readonly MissedFile[] | undefined> {
  const candidates = await rotatedFiles(path);
  for (const [index, candidate] of candidates.entries()) {
    if (!(await isSame(candidate, place))) continue;
    const later = candidates.slice(index + 1).map((file) => ({ path: file.path, from: 0 }));
    return [{ path: candidate.path, from: place.offset }, ...later];
  }
  return undefined;
}

interface Candidate {
  readonly path: string;
  readonly inode: number;
  readonly mtimeMs: number;
}

/** Files beside the log whose names begin like it: `mail.log.1`, `mail.log-20261120.gz`. */
async function rotatedFiles(path: string): Promise<readonly Candidate[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = (await readdir(folder)).filter(
    (other) => other.startsWith(`${name}.`) || other.startsWith(`${name}-`),
  );
  const found: Candidate[] = [];
  for (const other of names) {
    const file = join(folder, other);
    const stats = await stat(file).catch(() => undefined);
    if (stats?.isFile() !== true) continue;
    found.push({ path: file, inode: stats.ino, mtimeMs: stats.mtimeMs });
  }
  // Oldest first; of more the newest count.
  return found.sort((a, b) => a.mtimeMs - b.mtimeMs).slice(-MAX_CANDIDATES);
}

async function isSame(candidate: Candidate, place: LogPlace): Promise<boolean> {
  if (place.headBytes === 0) return candidate.inode === place.inode;
  const head = isCompressed(candidate.path)
    ? await firstBytes(readFrom(candidate.path, 0), place.headBytes)
    : await plainHead(candidate.path, place.headBytes);
  return head.length === place.headBytes && headHash(head) === place.head;
}

async function plainHead(path: string, count: number): Promise<Buffer> {
  const file = await open(path);
  try {
    return await readHead(file, count);
  } finally {
    await file.close();
  }
}

async function firstBytes(chunks: AsyncIterable<Buffer>, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of chunks) {
      parts.push(chunk);
      size += chunk.length;
      if (size >= count) break;
    }
  } catch {
    // Half a file, while it is being compressed.
  }
  return Buffer.concat(parts).subarray(0, count);
}

function isCompressed(path: string): boolean {
  return path.endsWith('.gz') || path.endsWith('.zst');
}

/** The content from a place on, decompressed. */
export async function* readFrom(path: string, from: number): AsyncGenerator<Buffer> {
  if (!isCompressed(path)) {
    for await (const chunk of createReadStream(path, { start: from })) yield chunk as Buffer;
    return;
  }
  const engine = path.endsWith('.gz') ? createGunzip() : createZstdDecompress();
  const source = createReadStream(path);
  source.on('error', (error) => engine.destroy(error));
  let passed = 0;
  for await (const chunk of Readable.from(source.pipe(engine))) {
    const bytes = chunk as Buffer;
    const skip = Math.max(0, Math.min(bytes.length, from - passed));
    passed += bytes.length;
    if (skip < bytes.length) yield bytes.subarray(skip);
  }
}
