/**
 * Compresses a closed segment: frames of a fixed size, so that a line is read without what stands before
 * it, and the index behind them. A new file takes the old one's place only when it is whole and synced.
 */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { LineKeys, MAX_PLACE } from './line-keys.ts';
import { formatIndex, openIndex, type Frame } from './segment-index.ts';
import {
  COMPRESSED,
  openSegment,
  PLAIN,
  segmentBytes,
  UNFINISHED,
  type Segment,
} from './segments.ts';

const compress = promisify(zstdCompress);

/** Level 3 is zstd's own default: 400 MB/s and a tenth of the size for lines like these. */
const PARAMS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
/** Smaller frames compress worse, larger ones take longer to read one line from. */
const FRAME_BYTES = 131_072;
const NEWLINE = 0x0a;
const PAUSE_FACTOR = 4;

export interface Haste {
  readonly signal: AbortSignal;
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

/** Gives an index to a segment that was compressed without; a crash leaves it as it was. */
export async function indexSegment(folder: string, { name }: Segment, haste: Haste): Promise<void> {
  const file = await openSegment(folder, name, 'compressed');
  if (file === undefined) return;
  try {
    if ((await openIndex(file)) !== undefined) return;
  } finally {
    await file.close();
  }
  await writeCompressed(folder, name, haste);
}

async function writeCompressed(folder: string, name: string, haste: KeyedHaste): Promise<void> {
  const target = join(folder, name + COMPRESSED + UNFINISHED);
  const out = await open(target, 'w', 0o600);
  try {
    await writeFrames(out, segmentBytes(folder, name), haste);
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
    const frame = await compress(lines, PARAMS);
    await out.writeFile(frame);
    frames.push({ from, fileAt });
    from += lines.length;
    fileAt += frame.length;
  }
  if (from <= MAX_PLACE) await out.writeFile(formatIndex(frames, keys.sorted()));
}

/** Pieces of whole lines; only the last may end without a newline. */
async function* framesOf(text: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let begun = Buffer.alloc(0);
  for await (const piece of text) {
    begun = Buffer.concat([begun, piece]);
    while (begun.length >= FRAME_BYTES) {
      const newline = begun.lastIndexOf(NEWLINE, FRAME_BYTES - 1);
      const end = newline >= 0 ? newline : begun.indexOf(NEWLINE, FRAME_BYTES);
      if (end < 0) break;
      yield begun.subarray(0, end + 1);
      begun = begun.subarray(end + 1);
    }
  }
  if (begun.length > 0) yield begun;
}

/**
 * Lets a pause of four times its work follow each piece: at full speed compressing takes a core for
 * a second, and mail would wait for it on a machine that has few.
 */
async function* unhurried(
  pieces: AsyncIterable<Buffer>,
  { signal, pauseFactor = PAUSE_FACTOR }: Haste,
): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    const givenAt = performance.now();
    yield piece;
    if (pauseFactor === 0) continue;
    await pause(pauseFactor * (performance.now() - givenAt), undefined, { signal });
  }
}
