/**
 * The index at the end of a compressed segment: a frame that every zstd reader passes over
 * (RFC 8878 §3.1.2), so that lines and index come and go together. It names where each frame of lines
 * begins, in the segment and in the file, and which lines have which key (line-keys.ts).
 *
 *   magic, size | frames: from, fileAt ... | keys: hash, place ... | frames, keys, size, 'PrimIdx1'
 */
import type { FileHandle } from 'node:fs/promises';
import type { JournalKey } from '../journal.ts';
import { hashKey, type KeyTable } from './line-keys.ts';

const MAGIC = 0x184d2a5b;
const MARK = Buffer.from('PrimIdx1');
const HEAD_BYTES = 8;
const TAIL_BYTES = 20;
const PAIR_BYTES = 8;
/** Pairs read around the place where a hash is expected. */
const WINDOW = 1_024;

/** A frame of lines: where it begins in the segment's text, and in the file. */
export interface Frame {
  readonly from: number;
  readonly fileAt: number;
}

export function formatIndex(frames: readonly Frame[], keys: KeyTable): Buffer {
  const count = keys.hashes.length;
  const size = (frames.length + count) * PAIR_BYTES + TAIL_BYTES;
  const bytes = Buffer.alloc(HEAD_BYTES + size);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(size, 4);
  let at = HEAD_BYTES;
  const pair = (first: number, second: number): void => {
    bytes.writeUInt32LE(first, at);
    bytes.writeUInt32LE(second, at + 4);
    at += PAIR_BYTES;
  };
  for (const { from, fileAt } of frames) pair(from, fileAt);
  for (let i = 0; i < count; i += 1) pair(keys.hashes[i] ?? 0, keys.places[i] ?? 0);
  pair(frames.length, count);
  bytes.writeUInt32LE(size, at);
  MARK.copy(bytes, at + 4);
  return bytes;
}

/** The index of an open file; `undefined` where it has none. */
export async function openIndex(file: FileHandle): Promise<SegmentIndex | undefined> {
  const { size: fileBytes } = await file.stat();
  if (fileBytes < HEAD_BYTES + TAIL_BYTES) return undefined;
  const tail = await readAt(file, fileBytes - TAIL_BYTES, TAIL_BYTES);
  if (!tail.subarray(12).equals(MARK)) return undefined;
  const [frames, count, size] = [0, 4, 8].map((at) => tail.readUInt32LE(at));
  if (frames === undefined || count === undefined || size === undefined) return undefined;
  const startsAt = fileBytes - size;
  if ((frames + count) * PAIR_BYTES + TAIL_BYTES !== size || startsAt < HEAD_BYTES) {
    return undefined;
  }
  return new SegmentIndex(file, { frames, count, startsAt });
}

interface Shape {
  readonly frames: number;
  readonly count: number;
  /** Of the table of frames, in the file. */
  readonly startsAt: number;
}

export class SegmentIndex {
  readonly #file: FileHandle;
  readonly #shape: Shape;

  constructor(file: FileHandle, shape: Shape) {
    this.#file = file;
    this.#shape = shape;
  }

  /** Beginnings of the lines that may have the key. */
  async find(key: JournalKey): Promise<number[]> {
    const hash = hashKey(key);
    const { count } = this.#shape;
    const places: number[] = [];
    // Hashes are spread evenly: those sought are near their share of the whole.
    let at = Math.max(0, Math.floor((hash / 2 ** 32) * count) - WINDOW / 2);
    let pairs = await this.#pairs(at);
    while (at > 0 && pairs.readUInt32LE(0) >= hash) {
      at = Math.max(0, at - WINDOW / 2);
      pairs = await this.#pairs(at);
    }
    for (let isOver = false; !isOver && pairs.length > 0;) {
      for (let i = 0; i < pairs.length && !isOver; i += PAIR_BYTES) {
        const here = pairs.readUInt32LE(i);
        if (here === hash) places.push(pairs.readUInt32LE(i + 4));
        isOver = here > hash;
      }
      at += WINDOW;
      if (!isOver) pairs = await this.#pairs(at);
    }
    return places;
  }

  /** In order, with where the last one ends. */
  async frames(): Promise<readonly Frame[]> {
    const { frames, startsAt } = this.#shape;
    const bytes = await readAt(this.#file, startsAt, frames * PAIR_BYTES);
    const known: Frame[] = [];
    for (let i = 0; i < bytes.length; i += PAIR_BYTES) {
      known.push({ from: bytes.readUInt32LE(i), fileAt: bytes.readUInt32LE(i + 4) });
    }
    return [...known, { from: Infinity, fileAt: startsAt - HEAD_BYTES }];
  }

  #pairs(from: number): Promise<Buffer> {
    const { startsAt, frames, count } = this.#shape;
    const to = Math.max(from, Math.min(count, from + WINDOW));
    return readAt(this.#file, startsAt + (frames + from) * PAIR_BYTES, (to - from) * PAIR_BYTES);
  }
}

/** Those bytes of a file, fewer at its end. */
export async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const into = Buffer.allocUnsafe(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await file.read(into, done, bytes - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return into.subarray(0, done);
}
