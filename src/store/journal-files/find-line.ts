/** Searches one segment for the newest line that matches, with bounded memory. */
import type { JournalLine } from '../journal.ts';
import { lineBlocks } from './line-blocks.ts';

/** Lines that contain the text and wait to be looked at. */
const CANDIDATE_BYTES = 16 * 1_048_576;

const NEWLINE = 0x0a;

export interface Search {
  readonly match: (line: JournalLine) => boolean;
  /** Literal parts of a line as it is written: lines with none of them are not even parsed. */
  readonly texts: readonly string[];
  /** Bound for lines in memory at once. */
  readonly candidateBytes?: number;
}

interface Candidate {
  /** Bytes of the segment before this line. */
  readonly offset: number;
  readonly line: Buffer;
}

interface Candidates {
  /** In order of writing. */
  readonly found: readonly Candidate[];
  /** Everything before this offset is still to be searched; 0 when nothing is left. */
  readonly from: number;
}

/**
 * Newest match first, although a compressed file can only be read from its beginning: candidates
 * are kept while reading and looked at from the last; where they are too many, the oldest are let
 * go and read again if they are needed.
 */
export async function findInSegment(
  read: () => AsyncIterable<Uint8Array>,
  search: Search,
): Promise<JournalLine | undefined> {
  let to = Infinity;
  do {
    const { found, from } = await collect(read(), search, to);
    for (let i = found.length - 1; i >= 0; i -= 1) {
      const line = parseLine(found[i]?.line.toString('utf8') ?? '');
      if (line !== undefined && search.match(line)) return line;
    }
    to = from;
  } while (to > 0);
  return undefined;
}

/** A line of the journal; `undefined` for one that a crash cut off. */
export function parseLine(text: string): JournalLine | undefined {
  try {
    return JSON.parse(text) as JournalLine;
  } catch {
    return undefined;
  }
}

async function collect(
  stream: AsyncIterable<Uint8Array>,
  search: Search,
  to: number,
): Promise<Candidates> {
  const needles = search.texts.map((text) => Buffer.from(text));
  const bound = search.candidateBytes ?? CANDIDATE_BYTES;
  let found: Candidate[] = [];
  let [bytesFound, offset, isCut] = [0, 0, false];
  for await (const { bytes } of lineBlocks(stream)) {
    if (offset >= to) break;
    for (const candidate of linesWith(needles, bytes.subarray(0, to - offset), offset)) {
      found.push(candidate);
      bytesFound += candidate.line.length;
    }
    if (bytesFound > bound) {
      [found, bytesFound] = newestWithin(found, bound);
      isCut = true;
    }
    offset += bytes.length;
  }
  return { found, from: isCut ? (found[0]?.offset ?? 0) : 0 };
}

/** The last candidates that the bound has room for, at least one. */
function newestWithin(found: readonly Candidate[], bound: number): [Candidate[], number] {
  let [first, bytes] = [found.length, 0];
  do {
    first -= 1;
    bytes += found[first]?.line.length ?? 0;
  } while (first > 0 && bytes + (found[first - 1]?.line.length ?? 0) <= bound / 2);
  return [found.slice(first), bytes];
}

function* linesWith(
  needles: readonly Buffer[],
  bytes: Buffer,
  offset: number,
): Generator<Candidate> {
  const nexts = needles.map((needle) => nextHit(bytes, needle, 0));
  for (let from = 0; from < bytes.length;) {
    for (const [i, needle] of needles.entries()) {
      if ((nexts[i] ?? Infinity) < from) nexts[i] = nextHit(bytes, needle, from);
    }
    const hit = Math.min(...nexts);
    if (hit === Infinity) return;
    const start = hit === 0 ? 0 : bytes.lastIndexOf(NEWLINE, hit - 1) + 1;
    const newline = bytes.indexOf(NEWLINE, hit);
    const end = newline < 0 ? bytes.length : newline + 1;
    // A copy: a view would keep the whole block in memory.
    yield { offset: offset + start, line: Buffer.from(bytes.subarray(start, end)) };
    from = end;
  }
}

function nextHit(bytes: Buffer, needle: Buffer, from: number): number {
  const hit = needle.length === 0 ? from : bytes.indexOf(needle, from);
  return hit < 0 ? Infinity : hit;
}
