/**
 * Lines of NDJSON from a file, standard input or any stream, plain or compressed (gzip, zstd; told
 * by their first bytes). What cannot be read is reported with its line number and passed over.
 */
import { createReadStream } from 'node:fs';
import { Readable, pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { PrimumError, wordsOf } from '../../errors.ts';
import { lineBlocks, MAX_LINE_BYTES } from './line-blocks.ts';
import type { LineBlock } from './line-blocks.ts';
import { cutAtFrames } from './zstd-frames.ts';

export { MAX_LINE_BYTES } from './line-blocks.ts';

/** A path, `-` for standard input, or a stream of bytes. */
export type LineSource = string | AsyncIterable<Uint8Array>;

export type InputLine =
  | {
      readonly ok: true;
      /** Counts from 1, empty lines included. */
      readonly number: number;
      /** Without its line end. */
      readonly text: string;
      /** False for a last line without a newline, which a crash may have cut off. */
      readonly isWhole: boolean;
    }
  | { readonly ok: false; readonly number: number; readonly reason: string };

export type InputObject =
  | {
      readonly ok: true;
      readonly number: number;
      readonly value: Readonly<Record<string, unknown>>;
    }
  | { readonly ok: false; readonly number: number; readonly reason: string };

const CHUNK_BYTES = 262_144;
const NEWLINE = 0x0a;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
// RFC 8878 section 3.1.1.
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** Behind a first byte of 0x50 to 0x5f. */
const PASSED_OVER = Buffer.from([0x2a, 0x4d, 0x18]);

/**
 * Every line but empty ones. A last line without newline is given out like the others.
 * @throws PrimumError INPUT_UNREADABLE when the source cannot be opened or read.
 */
export async function* readLines(
  source: LineSource,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<InputLine> {
  for await (const block of readLineBlocks(source, maxLineBytes)) yield* block;
}

/** Lines as they come together: waiting for each of them costs as much as reading it. */
async function* readLineBlocks(
  source: LineSource,
  maxLineBytes: number,
): AsyncGenerator<Iterable<InputLine>> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  const linesOf = function* (block: LineBlock): Generator<InputLine> {
    for (const bytes of splitLines(block)) {
      number += 1;
      const line = decodeLine(bytes, number, { decoder, maxLineBytes, block });
      if (line !== undefined) yield line;
    }
  };
  try {
    for await (const block of lineBlocks(await openSource(source), maxLineBytes)) {
      yield linesOf(block);
    }
  } catch (error) {
    const damage = compressionDamage(error);
    if (damage === undefined) throw unreadableSource(source, error);
    yield [{ ok: false, number: number + 1, reason: damage }];
  }
}

/** Every line as a JSON object. A last line that a crash cut off is reported as that. */
export async function* readObjects(
  source: LineSource,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<InputObject> {
  for await (const block of readObjectBlocks(source, maxLineBytes)) yield* block;
}

/** The same, those together that were read together; each block is to be read before the next. */
export async function* readObjectBlocks(
  source: LineSource,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<Iterable<InputObject>> {
  for await (const block of readLineBlocks(source, maxLineBytes)) yield objectsOf(block);
}

function* objectsOf(lines: Iterable<InputLine>): Generator<InputObject> {
  for (const line of lines) yield line.ok ? parseObject(line) : line;
}

function parseObject(line: InputLine & { ok: true }): InputObject {
  const { number } = line;
  try {
    const value: unknown = JSON.parse(line.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { ok: true, number, value: value as Record<string, unknown> };
    }
    return { ok: false, number, reason: 'The line is not a JSON object.' };
  } catch {
    const reason = line.isWhole ? 'The line is not JSON.' : 'The last line is cut off.';
    return { ok: false, number, reason };
  }
}

function* splitLines({ bytes, isTooLong }: LineBlock): Generator<Buffer> {
  if (isTooLong) yield bytes;
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, from);
    const to = newline < 0 ? bytes.length : newline + 1;
    yield bytes.subarray(from, to);
    from = to;
  }
}

interface LineContext {
  readonly decoder: TextDecoder;
  readonly maxLineBytes: number;
  readonly block: LineBlock;
}

function decodeLine(bytes: Buffer, number: number, context: LineContext): InputLine | undefined {
  if (context.block.isTooLong || bytes.length > context.maxLineBytes + 1) {
    const reason = `The line is longer than ${context.maxLineBytes} bytes.`;
    return { ok: false, number, reason };
  }
  try {
    // The decoder also takes away a byte order mark.
    const text = context.decoder.decode(bytes).trimEnd();
    if (text === '') return undefined;
    return { ok: true, number, text, isWhole: bytes.at(-1) === NEWLINE };
  } catch {
    return { ok: false, number, reason: 'The line is not UTF-8.' };
  }
}

/** The bytes of a source, decompressed. Errors on the way reach whoever reads them. */
export async function openSource(source: LineSource): Promise<AsyncIterable<Uint8Array>> {
  const stream = typeof source === 'string' ? openPath(source) : source;
  const chunks = stream[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let size = 0;
  while (size < ZSTD_MAGIC.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    begun.push(next.value);
    size += next.value.length;
  }
  const head = Buffer.concat(begun).subarray(0, ZSTD_MAGIC.length);
  const whole = rejoin(begun, chunks);
  if (head.equals(ZSTD_MAGIC) || isPassedOver(head)) return decompressZstd(whole);
  if (head.subarray(0, 2).equals(GZIP_MAGIC)) return decompress(whole, createGunzip());
  return whole;
}

function openPath(path: string): AsyncIterable<Uint8Array> {
  return path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

async function* rejoin(
  begun: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* begun;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** Decompresses; an error on the way reaches whoever reads the result. */
export async function* decompress(
  bytes: AsyncIterable<Uint8Array>,
  engine: Transform,
): AsyncGenerator<Uint8Array> {
  pipeline(Readable.from(bytes, { objectMode: false }), engine, () => undefined);
  for await (const chunk of engine) yield chunk as Uint8Array;
}

/** The same of zstd frames; one file may have many, and those without text are passed over. */
export async function* decompressZstd(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const frames = cutAtFrames(bytes);
  const first = await frames.next();
  // An engine that is given nothing takes that for a file that is cut off.
  if (first.done === true) return;
  yield* decompress(rejoin([first.value], frames), createZstdDecompress());
}

/** RFC 8878 §3.1.2: the first frame of a segment without lines is its index. */
function isPassedOver(head: Buffer): boolean {
  return head.length === 4 && (head[0] ?? 0) >> 4 === 5 && head.subarray(1).equals(PASSED_OVER);
}

/** Words for damage inside compressed data; `undefined` for trouble of another kind. */
export function compressionDamage(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return 'The compressed data is cut off here.';
  const isDamage = code.startsWith('Z_') || code.startsWith('ZSTD_');
  return isDamage ? 'The compressed data is damaged from here on.' : undefined;
}

function unreadableSource(source: LineSource, error: unknown): PrimumError {
  const name = typeof source === 'string' ? source : 'The input';
  const remedy = 'Name a file that this user may read.';
  return new PrimumError(
    'INPUT_UNREADABLE',
    `${name} cannot be read: ${wordsOf(error)}. ${remedy}`,
    {
      cause: error,
    },
  );
}
