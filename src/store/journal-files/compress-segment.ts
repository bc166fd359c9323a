/**
 * Compresses a closed segment, in a thread of its own (segment-worker.ts): frames of a fixed size, so that a line is read without what stands before
 * it, and the index behind them. A new file takes the old one's place only when it is whole and synced.
 */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { constants, zstdCompressSync } from 'node:zlib';
import { LineKeys, MAX_PLACE } from './line-keys.ts';
import { formatIndex, openIndex, type Frame } from './segment-index.ts';
import {
  COMPRESSED,
  openSegment,
  PLAIN,
  segmentPieces,
  UNFINISHED,
  type Segment,
} from './segments.ts';

/** Level 3 is zstd's own default: 400 MB/s and a tenth of the size for lines like these. */
const PARAMS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
/** Smaller frames compress worse, larger ones take longer to read one line from. */
const FRAME_BYTES = 131_072;
/** For a frame that is begun and the piece that follows; longer lines need more. */
const FIRST_ROOM_BYTES = 524_288;
const NEWLINE = 0x0a;
const PAUSE_FACTOR = 4;

export interface Haste {
  /** How long to pause after each piece, in times of its work; only a bench is in a hurry. */
  readonly pauseFactor?: number;
}

/** Which lines have which key, where that is known; else it is read in them. */
interface KeyedHaste extends Haste {
  readonly keys?: LineKeys | undefined;
}

/** A crash on the way leaves the plain segment. */
export async function compressSegment(
  folder: string,
  segment: Segment,
  haste: KeyedHaste,
): Promise<void> {
  if (!segment.endings.includes(COMPRESSED)) await writeCompressed(folder, segment.name, haste);
  await rm(join(folder, segment.name + PLAIN), { force: true });
}

/** A segment of an older version has none. */
export async function hasIndex(folder: string, name: string): Promise<boolean> {
  const file = await openSegment(folder, name, 'compressed');
  // Deleted meanwhile: nothing is to be done.
  if (file === undefined) return true;
  try {
    return (await openIndex(file)) !== undefined;
  } finally {
    await file.close();
  }
}

/** Gives an index to a segment that was compressed without; a crash leaves it as it was. */
export function indexSegment(folder: string, { name }: Segment): Promise<void> {
  return writeCompressed(folder, name, {});
}

async function writeCompressed(folder: string, name: string, haste: KeyedHaste): Promise<void> {
  const target = join(folder, name + COMPRESSED + UNFINISHED);
  const out = await open(target, 'w', 0o600);
  try {
    await writeFrames(out, segmentPieces(folder, name), haste);
    await out.sync();
    await out.close();
    await rename(target, join(folder, name + COMPRESSED));
  } catch (error) {
    await out.close();
    await rm(target, { force: true });
    throw error;
  }
}

async function writeFrames(
  out: FileHandle,
  text: AsyncIterable<Uint8Array>,
  haste: KeyedHaste,
): Promise<void> {
  const frames: Frame[] = [];
  const keys = haste.keys ?? new LineKeys();
  let [from, fileAt] = [0, 0];
  for await (const lines of unhurried(framesOf(text), haste)) {
    if (haste.keys === undefined) keys.add(lines, from);
    const frame = zstdCompressSync(lines, PARAMS);
    await out.writeFile(frame);
    frames.push({ from, fileAt });
    from += lines.length;
    fileAt += frame.length;
  }
  if (from <= MAX_PLACE) await out.writeFile(formatIndex(frames, keys.sorted()));
}

/**
 * Pieces of whole lines, each good until the next is asked for: fresh memory for each would bring on
 * collections of garbage, which the mail path waits for. Only the last may end without a newline.
 */
async function* framesOf(text: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let memory = Buffer.allocUnsafeSlow(FIRST_ROOM_BYTES);
  let used = 0;
  for await (const piece of text) {
    if (used + piece.length > memory.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (used + piece.length));
      memory.copy(larger, 0, 0, used);
      memory = larger;
    }
    memory.set(piece, used);
    used += piece.length;
    let from = 0;
    for (;;) {
      const length = frameLength(memory.subarray(from, used));
      if (length === 0) break;
      yield memory.subarray(from, from + length);
      from += length;
    }
    memory.copyWithin(0, from, used);
    used -= from;
  }
  if (used > 0) yield memory.subarray(0, used);
}

/** Bytes of the lines that a frame takes from the beginning; 0: more must be read first. */
function frameLength(bytes: Buffer): number {
  if (bytes.length < FRAME_BYTES) return 0;
  const newline = bytes.lastIndexOf(NEWLINE, FRAME_BYTES - 1);
  return (newline >= 0 ? newline : bytes.indexOf(NEWLINE, FRAME_BYTES)) + 1;
}

/**
 * Lets a pause of four times its work follow each piece: at full speed compressing takes a core for
 * a second, and mail would wait for it on a machine that has few.
 */
async function* unhurried(
  pieces: AsyncIterable<Buffer>,
  { pauseFactor = PAUSE_FACTOR }: Haste,
): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    const givenAt = performance.now();
    yield piece;
    if (pauseFactor === 0) continue;
    await pause(pauseFactor * (performance.now() - givenAt));
  }
}
