/** Finds lines of one segment by their key: only those that may have it are read at all. */
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { JournalKey, JournalLine } from '../journal.ts';
import { parseLine } from './find-line.ts';
import type { LineKeys } from './line-keys.ts';
import { openIndex, readAt } from './segment-index.ts';
import { openSegment } from './segments.ts';

const decompress = promisify(zstdDecompress);
const NEWLINE = 0x0a;
const READ_BYTES = 4_096;
/** A frame of lines is far smaller, unless one of its lines is long. */
const MAX_FRAME_BYTES = 64 * 1_048_576;

export interface KeySearch {
  readonly folder: string;
  readonly keys: readonly JournalKey[];
  readonly match: (line: JournalLine) => boolean;
  readonly isEnough: () => boolean;
}

/** `isRead` is false where the segment has no index and is to be searched another way. */
export interface Looked {
  readonly isRead: boolean;
  readonly line?: JournalLine | undefined;
}

/** A segment whose index was asked; its lines are not read yet. */
export interface Sought {
  read(): Promise<Looked>;
  close(): Promise<void>;
}

/** @param waiting the keys of a segment that is not compressed yet. */
export async function findByKey(
  name: string,
  search: KeySearch,
  waiting?: LineKeys,
): Promise<Looked> {
  const sought = await seekByKey(name, search, waiting);
  try {
    return await sought.read();
  } finally {
    await sought.close();
  }
}

/** Asks the index only: most segments have nothing of an account, and are done with that. */
export async function seekByKey(
  name: string,
  search: KeySearch,
  waiting?: LineKeys,
): Promise<Sought> {
  const file = await openSegment(search.folder, name, 'compressed');
  if (file === undefined) return { read: () => findInPlain(name, search, waiting), close: nothing };
  let isWanted = false;
  try {
    const index = await openIndex(file);
    if (index === undefined) {
      return { read: () => findInPlain(name, search, waiting), close: nothing };
    }
    const places = inOrder(await Promise.all(search.keys.map((key) => index.find(key))));
    if (places.length === 0)
      return { read: () => Promise.resolve({ isRead: true }), close: nothing };
    const frames = await index.frames();
    isWanted = true;
    return {
      read: () => lastMatch(places, inFrames(file, frames), search),
      close: () => file.close(),
    };
  } finally {
    if (!isWanted) await file.close();
  }
}

const nothing = (): Promise<void> => Promise.resolve();

async function findInPlain(
  name: string,
  search: KeySearch,
  waiting: LineKeys | undefined,
): Promise<Looked> {
  if (waiting === undefined) return { isRead: false };
  const { folder, keys } = search;
  const plain = await openSegment(folder, name, 'plain');
  if (plain === undefined) return { isRead: false };
  try {
    return await lastMatch(inOrder(keys.map((key) => waiting.find(key))), inText(plain), search);
  } finally {
    await plain.close();
  }
}

/** Each place once, first written first. */
function inOrder(places: readonly (readonly number[])[]): number[] {
  return [...new Set(places.flat())].sort((a, b) => a - b);
}

type ReadLine = (place: number) => Promise<JournalLine | undefined>;

async function lastMatch(
  places: readonly number[],
  read: ReadLine,
  { match, isEnough }: KeySearch,
): Promise<Looked> {
  for (let i = places.length - 1; i >= 0 && !isEnough(); i -= 1) {
    const line = await read(places[i] ?? 0);
    if (line !== undefined && match(line)) return { isRead: true, line };
  }
  return { isRead: true };
}

/** The lines asked for come newest first, so that one frame in memory is enough. */
function inFrames(
  file: FileHandle,
  frames: readonly { readonly from: number; readonly fileAt: number }[],
): ReadLine {
  let open = { at: -1, text: Buffer.alloc(0) };
  return async (place) => {
    const at = frames.findLastIndex(({ from }) => from <= place);
    const [frame, next] = [frames[at], frames[at + 1]];
    if (frame === undefined || next === undefined) return undefined;
    if (open.at !== at) {
      const bytes = await readAt(file, frame.fileAt, next.fileAt - frame.fileAt);
      open = { at, text: await decompress(bytes, { maxOutputLength: MAX_FRAME_BYTES }) };
    }
    return lineAt(open.text, place - frame.from);
  };
}

function inText(file: FileHandle): ReadLine {
  return async (place) => {
    for (let bytes = READ_BYTES; bytes <= MAX_FRAME_BYTES; bytes *= 4) {
      const text = await readAt(file, place, bytes);
      if (text.includes(NEWLINE) || text.length < bytes) return lineAt(text, 0);
    }
    return undefined;
  };
}

function lineAt(text: Buffer, from: number): JournalLine | undefined {
  const newline = text.indexOf(NEWLINE, from);
  return parseLine(text.toString('utf8', from, newline < 0 ? text.length : newline));
}
